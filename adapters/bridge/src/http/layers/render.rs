use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::Response;
use protocol::FailureCode;

use super::around::Around;
use crate::http::media::Media;
use crate::http::refusal::Refusal;

/// Writes the body of a refusal in the media type that the request asks for.
#[derive(Clone)]
pub(in crate::http) struct Render;

impl Around for Render {
    type Kept = Media;

    fn before(&self, request: &mut Request) -> Result<Media, Refusal> {
        Ok(Media::for_answer(request.headers()))
    }

    fn after(&self, media: Media, response: &mut Response) {
        let Some(refusal) = Refusal::in_response(response) else { return };
        let code = refusal.failure.code;
        let body = media.encode(&refusal.failure).unwrap_or_default();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, media.header());
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        if code == FailureCode::Unavailable {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if code == FailureCode::Unauthenticated {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        *response.body_mut() = Body::from(body);
    }
}
