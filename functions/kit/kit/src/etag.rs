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
    let tag = etag(&json);
    let mut response = if is_known(request, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = json.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control));
    headers.insert(header::ETAG, tag);
    Ok(response)
}

/// The ETag of a content. It tells contents apart, no more: an ETag guards nothing, and a cryptographic digest of a long
/// list costs more than making the list. The same content has the same tag in every instance of one build.
#[must_use]
pub fn etag(content: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    let tag = format!("\"{:x}-{:016x}\"", content.len(), hasher.finish());
    HeaderValue::from_str(&tag).expect("a tag is hexadecimal")
}

/// Whether the client has the content of this tag already, by its `If-None-Match`.
#[must_use]
pub fn is_known(request: &HeaderMap, tag: &HeaderValue) -> bool {
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_told_when_it_has_the_content_already() {
        let mut request = HeaderMap::new();
        let first = tagged(&request, &[1, 2], "no-cache").unwrap();
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[header::ETAG].to_str().unwrap();
        request.insert(header::IF_NONE_MATCH, format!("\"x\", W/{tag}").parse().unwrap());
        assert_eq!(tagged(&request, &[1, 2], "no-cache").unwrap().status(), StatusCode::NOT_MODIFIED);
        assert_eq!(tagged(&request, &[1, 3], "no-cache").unwrap().status(), StatusCode::OK);
    }
}
