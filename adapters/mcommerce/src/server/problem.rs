//! Error responses of `mcommerce` itself: RFC 9457 problems that reveal no internals.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::WasiBody;

use crate::runtime::CallError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// 400: the path or the host is malformed.
    Malformed,
    /// 404: no route serves the path, or it is hidden from the client.
    NotFound,
    /// 413: the body is too large.
    TooLarge,
    /// 500: the component failed.
    Internal,
    /// 503: too many requests are in flight.
    Unavailable,
    /// 504: the component did not answer in time.
    TimedOut,
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Busy => Self::Unavailable,
            CallError::TimedOut => Self::TimedOut,
            CallError::Failed => Self::Internal,
        }
    }
}

impl Problem {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, "malformed", "The request is malformed."),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "There is nothing here."),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is too large."),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong."),
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Too much is going on. Try again soon.")
            }
            Self::TimedOut => (StatusCode::GATEWAY_TIMEOUT, "timed_out", "It took too long."),
        }
    }

    /// Creates the response. The trace id helps operators to find the cause.
    pub fn response(self, trace_id: Option<&str>) -> Response<WasiBody> {
        let (status, code, detail) = self.parts();
        let mut problem = serde_json::json!({
            "type": "about:blank",
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "code": code,
            "detail": detail,
        });
        if let Some(trace_id) = trace_id {
            problem["traceId"] = trace_id.into();
        }
        let body = Bytes::from(problem.to_string());
        let length = body.len();
        let mut response = Response::new(Full::new(body).map_err(|never| match never {}).boxed_unsync());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CONTENT_LENGTH, length.into());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self == Self::Unavailable {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
