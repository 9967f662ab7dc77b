//! The files of the single-page app, and the OpenAPI document.
//!
//! The page's files are mounted at the component's root, the document in `/api`. An address without a file is one of the
//! page's own and gets the page.

mod address;
mod answer;
mod refusals;
mod shelf;

use http::{HeaderMap, Uri};
use kit::Response;
use values::Problem;

use self::address::Address;
use self::refusals::NoFile;

kit::component!(page, file);

/// The page.
#[kit::endpoint(GET "/")]
pub fn page(headers: HeaderMap) -> Result<Response, Problem<NoFile>> {
    Ok(answer::page(&headers)?)
}

/// A file, or the page.
#[kit::endpoint(GET "/{*path}")]
pub fn file(uri: Uri, headers: HeaderMap) -> Result<Response, Problem<NoFile>> {
    match Address::parse(uri.path()) {
        Some(Address::File(path)) => Ok(answer::file(&path, &headers)?),
        Some(Address::Page) => Ok(answer::page(&headers)?),
        None => Err(NoFile::NoPage.into()),
    }
}
