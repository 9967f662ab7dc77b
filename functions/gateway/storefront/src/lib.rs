//! The files of the single-page app and the OpenAPI document.
//!
//! The page's files are mounted at the component's root and the document in `/api`. An address that names no file is
//! one of the page's own, and gets the page.

mod address;
mod answer;
mod shelf;

use axum::response::Response;
use http::{HeaderMap, Uri};
use kit::Problem;

use self::address::Address;

kit::component!(page, file);

/// The page.
#[utoipa::path(get, path = "/", tag = "gateway", responses((status = 200, description = "The page.")))]
pub async fn page(headers: HeaderMap) -> Result<Response, Problem> {
    answer::page(&headers)
}

/// A file, or the page.
#[utoipa::path(get, path = "/{*path}", tag = "gateway", responses(
    (status = 200, description = "The file, or the page."),
    (status = 304, description = "The file is what If-None-Match names."),
    (status = 404, description = "No page has such an address.", body = kit::ProblemBody),
))]
pub async fn file(uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    match Address::parse(uri.path()) {
        Some(Address::File(path)) => answer::file(&path, &headers),
        Some(Address::Page) => answer::page(&headers),
        None => Err(Problem::not_found("page")),
    }
}
