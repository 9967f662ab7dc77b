use axum::http::StatusCode;
use protocol::{Failure, FailureCode};

use crate::store::StoreError;

/// Why a request is answered with a failure: what the function is told, and what only the log is.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) failure: Failure,
    /// For the log alone: the store's own words.
    pub(super) cause: Option<String>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: FailureCode, detail: impl Into<String>) -> Self {
        Self { status, failure: Failure { code, detail: detail.into(), conflict: None }, cause: None }
    }

    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, FailureCode::Malformed, detail)
    }

    pub(super) fn unauthenticated() -> Self {
        let detail = "a function shows its token as Authorization: Bearer";
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

    #[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err` as it is")]
    pub(super) fn internal(cause: impl ToString) -> Self {
        let refusal = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            FailureCode::Internal,
            "the bridge failed; see its log",
        );
        Self { cause: Some(cause.to_string()), ..refusal }
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
            StoreError::Unfit(detail) => Self::malformed(detail),
            StoreError::Unavailable(cause) => Self {
                cause: Some(cause),
                ..Self::unavailable("the store can't be reached or is overloaded")
            },
            StoreError::Internal(cause) => Self::internal(cause),
        }
    }
}

impl From<protocol::Refused> for Refusal {
    fn from(refused: protocol::Refused) -> Self {
        Self::malformed(refused.0)
    }
}
