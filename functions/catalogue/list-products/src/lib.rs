//! The catalogue, page by page.
