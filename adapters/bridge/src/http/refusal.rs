use std::error::Error;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use protocol::{Failure, FailureCode};

use crate::error_chain::Chain;
use crate::store::StoreError;

/// Why a request is refused or failed: what the function is told, and what is only logged.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    pub(super) failure: Failure,
    /// What was asked for, for the log: collections, kinds of operations, types of events.
    pub(super) about: String,
    /// The error behind it, for the log.
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: FailureCode, detail: impl Into<String>) -> Self {
        let failure = Failure { code, detail: detail.into(), conflict: None };
        Self { status, failure, about: String::new(), source: None }
    }

    pub(super) fn about(self, about: impl Into<String>) -> Self {
        Self { about: about.into(), ..self }
    }

    /// Returns the refusal that a response was made from.
    pub(super) fn in_response(response: &Response) -> Option<Arc<Self>> {
        response.extensions().get::<Arc<Self>>().cloned()
    }

    /// The error behind it with its sources, or else what the function is told.
    pub(super) fn cause(&self) -> String {
        match &self.source {
            Some(source) => Chain(source.as_ref()).to_string(),
            None => self.failure.detail.clone(),
        }
    }

    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, FailureCode::Malformed, detail)
    }

    pub(super) fn unauthenticated() -> Self {
        let detail = "a function must send its token as Authorization: Bearer";
        Self::new(StatusCode::UNAUTHORIZED, FailureCode::Unauthenticated, detail)
    }

    pub(super) fn not_granted(function: &str, what: impl std::fmt::Display) -> Self {
        let detail = format!("{function} has no grant to {what}");
        Self::new(StatusCode::FORBIDDEN, FailureCode::NotGranted, detail)
    }

    pub(super) fn too_large(limit: u64) -> Self {
        let detail = format!("the body is larger than {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, FailureCode::TooLarge, detail)
    }

    pub(super) fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, FailureCode::Unavailable, detail)
    }

    pub(super) fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let detail = "the bridge failed; see its log";
        let refusal = Self::new(StatusCode::INTERNAL_SERVER_ERROR, FailureCode::Internal, detail);
        Self { source: Some(source.into()), ..refusal }
    }
}

/// The body is written by a layer that knows the media type.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        *response.status_mut() = self.status;
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(conflict) => {
                let mut refusal = Self::new(
                    StatusCode::CONFLICT,
                    FailureCode::Conflict,
                    "an expectation was not met or a unique key is taken; nothing was changed",
                );
                refusal.failure.conflict = Some(conflict);
                refusal
            }
            StoreError::Unfit(unfit) => Self::malformed(unfit.to_string()),
            StoreError::Unavailable(source) => Self {
                source: Some(source),
                ..Self::unavailable("the store can't be reached or is overloaded")
            },
            StoreError::Internal(source) => Self::internal(source),
        }
    }
}

impl From<protocol::Refused> for Refusal {
    fn from(refused: protocol::Refused) -> Self {
        Self::malformed(refused.0)
    }
}
