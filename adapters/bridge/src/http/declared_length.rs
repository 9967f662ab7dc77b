use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;

/// The length that a request says its body has.
pub(super) fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
