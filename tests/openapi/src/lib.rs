//! The OpenAPI document, read off the handlers' own types.
