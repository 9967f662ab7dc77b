use std::convert::Infallible;
use std::hash::{DefaultHasher, Hasher as _};
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use values::Fault;

use crate::answer::Answer;
use crate::problem::into_response;

/// The entity tags of what the client has already.
/// <https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2>
#[derive(Clone, Debug)]
pub struct IfNoneMatch(Vec<HeaderValue>);

/// 200 with the JSON of a `T` and its entity tag, or 304 if the client has it already.
#[derive(Debug)]
pub struct Tagged<T> {
    known: IfNoneMatch,
    json: serde_json::Result<Vec<u8>>,
    cache_control: &'static str,
    body: PhantomData<fn() -> T>,
}

impl IfNoneMatch {
    /// Answers with JSON, unless the client has it already.
    pub fn tagged<T: Serialize>(self, body: &T, cache_control: &'static str) -> Tagged<T> {
        Tagged { known: self, json: serde_json::to_vec(body), cache_control, body: PhantomData }
    }

    /// Whether the client has the content with this ETag.
    #[must_use]
    pub fn contains(&self, tag: &HeaderValue) -> bool {
        self.0
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|known| known.trim().trim_start_matches("W/"))
            .any(|known| known == tag || known == "*")
    }
}

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::from(&parts.headers))
    }
}

impl From<&HeaderMap> for IfNoneMatch {
    fn from(headers: &HeaderMap) -> Self {
        Self(headers.get_all(header::IF_NONE_MATCH).iter().cloned().collect())
    }
}

impl<T> Answer for Tagged<T> {
    fn into_response(self) -> Response {
        match self.json {
            Ok(json) => respond(&self.known, json, self.cache_control),
            Err(error) => into_response(Fault::internal(error).into()),
        }
    }
}

fn respond(known: &IfNoneMatch, json: Vec<u8>, cache_control: &'static str) -> Response {
    let tag = etag(&json);
    let mut response = if known.contains(&tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = json.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control));
    headers.insert(header::ETAG, tag);
    response
}

/// The ETag of a content, which is the same in every instance of one build. It distinguishes contents and protects nothing; a
/// cryptographic digest of a long list would cost more than making the list.
#[must_use]
pub fn etag(content: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    let tag = format!("\"{:x}-{:016x}\"", content.len(), hasher.finish());
    HeaderValue::from_str(&tag).expect("a tag is hexadecimal")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &HeaderMap, body: [i32; 2]) -> Response {
        IfNoneMatch::from(headers).tagged(&body, "no-cache").into_response()
    }

    #[test]
    fn a_client_that_has_the_content_gets_304() {
        let mut headers = HeaderMap::new();
        let first = answer(&headers, [1, 2]);
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[header::ETAG].to_str().unwrap();
        headers.insert(header::IF_NONE_MATCH, format!("\"x\", W/{tag}").parse().unwrap());
        assert_eq!(answer(&headers, [1, 2]).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(answer(&headers, [1, 3]).status(), StatusCode::OK);
    }
}
