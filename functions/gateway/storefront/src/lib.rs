//! The files of the single-page app and the OpenAPI document.
