//! The host's own small pages: no script, nothing from elsewhere.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderValue, Response};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::WasiBody;

/// The page has no script and frames only what is the host's own.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; \
                                 base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What a page is made of, besides its body.
pub(crate) struct Page<'a> {
    /// Its title, not escaped yet.
    pub(crate) title: &'a str,
    /// Its style sheet.
    pub(crate) style: &'static str,
    /// After how many seconds a browser looks again.
    pub(crate) refresh: Option<u8>,
}

impl Page<'_> {
    /// The page with this body, which is HTML.
    pub(crate) fn with(&self, body: &str) -> Response<WasiBody> {
        let (title, style) = (escaped(self.title), self.style);
        let refresh = self
            .refresh
            .map(|seconds| format!("<meta http-equiv=refresh content={seconds}>"))
            .unwrap_or_default();
        let html = format!(
            "<!doctype html><html lang=en><meta charset=utf-8>\
             <meta name=viewport content=\"width=device-width\">\
             {refresh}<title>{title}</title><style>{style}</style><body>{body}</body></html>"
        );
        response("text/html; charset=utf-8", html, POLICY)
    }
}

/// An answer that nobody keeps.
pub(crate) fn response(media_type: &'static str, body: String, policy: &'static str) -> Response<WasiBody> {
    let body = Bytes::from(body);
    let length = body.len();
    let mut response = Response::new(Full::new(body).map_err(|never| match never {}).boxed_unsync());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CONTENT_LENGTH, length.into());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// A text as it can stand in HTML, within an attribute as well.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
