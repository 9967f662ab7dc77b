use std::hash::{DefaultHasher, Hasher as _};

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::Problem;

/// Answers with JSON and an ETag of its content, or with 304 if the client has that already.
/// <https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2>
pub fn tagged<T: Serialize>(
    request: &HeaderMap,
    body: &T,
    cache_control: &'static str,
) -> Result<Response, Problem> {
    let json = serde_json::to_vec(body).map_err(|error| Problem::internal(error.to_string()))?;
    let tag = tag_of(&json);
    let known = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*");
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = json.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Tells contents apart, no more: an ETag guards nothing, and a cryptographic digest of a long list costs more than
/// making the list. The same content has the same tag in every instance of one build.
fn tag_of(content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    format!("\"{:x}-{:016x}\"", content.len(), hasher.finish())
}
