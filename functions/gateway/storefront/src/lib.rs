//! The files of the single-page app and the OpenAPI document.
//!
//! The page's files are mounted at the component's root and the document in `/api`. An address that names no file is
//! one of the page's own, and gets the page.

mod address;
mod answer;
mod shelf;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use http::{HeaderMap, Uri};
use kit::Problem;

use self::address::Address;

kit::component!(routes);

/// The component's routes.
pub fn routes() -> Router {
    kit::routes().route("/", get(file)).route("/{*path}", get(file))
}

/// A file, or the page.
pub async fn file(uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    match Address::parse(uri.path()) {
        Some(Address::File(path)) => answer::file(&path, &headers),
        Some(Address::Page) => answer::page(&headers),
        None => Err(Problem::not_found("page")),
    }
}
