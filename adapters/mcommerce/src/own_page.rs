//! Responses of `mcommerce` itself: pages without scripts, and the data behind them.

use askama::Template;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderValue, Response};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::WasiBody;

use crate::server::{OWN_PAGE_POLICY, Problem};

pub(crate) const HTML: &str = "text/html; charset=utf-8";

/// Renders a page from a template.
pub(crate) fn page(template: &impl Template) -> Response<WasiBody> {
    match template.render() {
        Ok(html) => response(HTML, html, OWN_PAGE_POLICY),
        Err(error) => {
            tracing::error!(%error, "can't render a page");
            Problem::Internal.response(None)
        }
    }
}

/// Creates a response that must not be cached.
pub(crate) fn response(media_type: &'static str, body: String, policy: HeaderValue) -> Response<WasiBody> {
    let body = Bytes::from(body);
    let length = body.len();
    let mut response = Response::new(Full::new(body).map_err(|never| match never {}).boxed_unsync());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CONTENT_LENGTH, length.into());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    response
}
