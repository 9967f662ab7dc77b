use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// A complete answer. It has a length, because without one it is sent in chunks, which costs some clients tens of
/// milliseconds.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) media_type: HeaderValue,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn ok(media_type: HeaderValue, body: Vec<u8>) -> Self {
        Self { status: StatusCode::OK, media_type, body }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let length = HeaderValue::from(self.body.len());
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, self.media_type);
        response.headers_mut().insert(CONTENT_LENGTH, length);
        response
    }
}
