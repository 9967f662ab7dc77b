use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use kit::IfNoneMatch;
use values::Fault;

use super::refusals::NoFile;
use super::shelf::{self, File};

const PAGE: &str = "/index.html";
/// The page and its files load nothing from other origins and can't be framed.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; \
    form-action 'self'; frame-ancestors 'none'";

/// The encodings of precompressed files: the name in `Accept-Encoding` and the suffix of the file; best first.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Answers with a file.
pub(crate) fn file(path: &str, request: &HeaderMap) -> Result<Response, NoFile> {
    respond(path, request).ok_or(NoFile::NoFile)
}

/// Answers with the page, which knows its own addresses.
pub(crate) fn page(request: &HeaderMap) -> Result<Response, Fault> {
    respond(PAGE, request).ok_or_else(|| Fault::unavailable("index.html is missing: the page was not built"))
}

fn respond(path: &str, request: &HeaderMap) -> Option<Response> {
    let (media_type, is_text) = media_type(path);
    let found = if is_text { compressed(path, request) } else { None };
    let (encoding, File { content, etag }) = match found {
        Some((encoding, file)) => (Some(encoding), file),
        None => (None, shelf::file(path)?),
    };
    let mut response = if IfNoneMatch::from(request).contains(&etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        content.into_response()
    };
    let headers = response.headers_mut();
    let mut say = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    say(header::CONTENT_TYPE, media_type);
    say(header::CACHE_CONTROL, freshness(path));
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if is_text {
        say(header::VARY, "accept-encoding");
    }
    if let Some(encoding) = encoding {
        say(header::CONTENT_ENCODING, encoding);
    }
    say(header::CONTENT_SECURITY_POLICY, POLICY);
    if path == PAGE {
        say(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    }
    headers.insert(header::ETAG, etag);
    Some(response)
}

/// The best precompressed file that the client accepts.
fn compressed(path: &str, request: &HeaderMap) -> Option<(&'static str, File)> {
    ENCODINGS
        .into_iter()
        .filter(|(name, _)| accepts(request, name))
        .find_map(|(name, ending)| Some((name, shelf::file(&format!("{path}{ending}"))?)))
}

/// Whether a client accepts an encoding. <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>
fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|choice| {
            let mut parts = choice.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            let refused = parts
                .filter_map(|part| part.split_once('='))
                .any(|(key, weight)| key.trim() == "q" && is_nothing(weight.trim()));
            named && !refused
        })
}

/// Whether a weight, such as `0.000`, is zero.
fn is_nothing(weight: &str) -> bool {
    weight.starts_with('0') && weight.bytes().all(|b| matches!(b, b'0' | b'.'))
}

/// How long a browser may keep a file. The names of assets contain a digest of their content.
fn freshness(path: &str) -> &'static str {
    if path.starts_with("/assets/") {
        "public, max-age=31536000, immutable"
    } else if path.starts_with("/images/") {
        "public, max-age=3600"
    } else {
        "no-cache"
    }
}

/// The media type of a file by its suffix, and whether it is text, which compresses well.
fn media_type(path: &str) -> (&'static str, bool) {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => ("text/html; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "svg" => ("image/svg+xml", true),
        "json" | "map" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "xml" => ("application/xml", true),
        "ico" => ("image/x-icon", false),
        "png" => ("image/png", false),
        "jpg" | "jpeg" => ("image/jpeg", false),
        "webp" => ("image/webp", false),
        "avif" => ("image/avif", false),
        "woff2" => ("font/woff2", false),
        _ => ("application/octet-stream", false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_counts_as_taken_unless_its_weight_is_nothing() {
        let takes = |value: &str, encoding: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
            accepts(&headers, encoding)
        };
        assert!(takes("gzip, deflate, br", "br"));
        assert!(takes("BR;q=0.5", "br"));
        assert!(!takes("gzip, br;q=0", "br"));
        assert!(!takes("gzip, br; q=0.000", "br"));
        assert!(takes("gzip, br; q=0.001", "br"));
        assert!(!takes("deflate", "gzip"));
        assert!(!takes("brotli", "br"));
    }

    #[test]
    fn only_files_named_by_their_content_are_kept_for_good() {
        assert!(freshness("/assets/index-1f2e.js").contains("immutable"));
        assert_eq!(freshness("/index.html"), "no-cache");
        assert_eq!(freshness("/api/openapi.json"), "no-cache");
        assert!(freshness("/images/products/tote.svg").contains("max-age=3600"));
    }

    #[test]
    fn a_missing_page_is_the_shops_fault_and_a_missing_file_the_clients() {
        assert!(matches!(page(&HeaderMap::new()), Err(Fault::Unavailable(_))));
        assert_eq!(file("/assets/none.js", &HeaderMap::new()).unwrap_err(), NoFile::NoFile);
    }
}
