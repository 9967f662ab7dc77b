use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use bson::{Bson, Document};
use protocol::{BSON_MEDIA_TYPE, FailureCode};
use serde::Serialize;

use super::refusal::Refusal;

/// The two encodings of bodies: BSON, and relaxed extended JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    Bson,
    Json,
}

const JSON_MEDIA_TYPE: &str = "application/json";

impl<S: Sync> FromRequestParts<S> for Media {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::for_answer(&parts.headers))
    }
}

impl Media {
    /// The encoding of a request's body.
    pub(super) fn for_body(headers: &HeaderMap) -> Result<Self, Refusal> {
        named_in(headers, &CONTENT_TYPE).ok_or_else(|| {
            Refusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                FailureCode::Malformed,
                "content-type must be application/bson or application/json",
            )
        })
    }

    /// The encoding of the answer: the accepted one, or else that of the request, or else JSON, which people can read.
    pub(super) fn for_answer(headers: &HeaderMap) -> Self {
        named_in(headers, &ACCEPT).or_else(|| named_in(headers, &CONTENT_TYPE)).unwrap_or(Self::Json)
    }

    pub(super) fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Bson => BSON_MEDIA_TYPE,
            Self::Json => JSON_MEDIA_TYPE,
        })
    }

    pub(super) fn encode(self, answer: &impl Serialize) -> Result<Vec<u8>, Refusal> {
        let bytes = protocol::encode(answer).map_err(Refusal::internal)?;
        match self {
            Self::Bson => Ok(bytes),
            Self::Json => {
                let document = Document::from_reader(bytes.as_slice()).map_err(Refusal::internal)?;
                Ok(Bson::Document(document).into_relaxed_extjson().to_string().into_bytes())
            }
        }
    }
}

fn named_in(headers: &HeaderMap, name: &HeaderName) -> Option<Media> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).find_map(|value| {
        let essence = value.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case(BSON_MEDIA_TYPE) {
            Some(Media::Bson)
        } else if essence.eq_ignore_ascii_case(JSON_MEDIA_TYPE) {
            Some(Media::Json)
        } else {
            None
        }
    })
}
