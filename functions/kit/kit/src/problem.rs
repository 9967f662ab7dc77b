use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::FieldError;

/// An answer that is no success: RFC 9457 `application/problem+json`. <https://www.rfc-editor.org/rfc/rfc9457>
///
/// What the client reads and what the log gets are two things: `internal` is never shown. The edge ([`crate::serve`])
/// adds the trace id and logs unexpected ones, once.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    fields: Vec<FieldError>,
    retry_after: Option<Duration>,
    internal: Option<String>,
}

/// The shape of a [`Problem`] on the wire.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody<'a> {
    /// Always `about:blank`: `code` says which problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status' name.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What went wrong, for a program.
    code: &'static str,
    /// What went wrong, for a person.
    detail: &'a str,
    /// What to quote to support.
    trace_id: &'a str,
    /// The fields at fault, if any.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    fields: &'a [FieldError],
}

impl Problem {
    /// A problem the client can act on.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), fields: Vec::new(), retry_after: None, internal: None }
    }

    /// 400: what was sent can't be read.
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// 401: no token, or one that is not valid.
    #[must_use]
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
    }

    /// 403: signed in, but not allowed.
    #[must_use]
    pub fn not_granted() -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_granted", "You are not allowed to do this.")
    }

    /// 404: not there, or not for this caller.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {what}."))
    }

    /// 409: what is there stands in the way.
    #[must_use]
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 422: readable, but not valid; every field is named.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields", "Some fields are not valid.")
            .with_fields(fields)
    }

    /// 429: this was done too often, and may be done again after a while.
    #[must_use]
    pub fn too_many_requests(after: Duration) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "This was tried too often. Please wait and try again.",
        )
        .retry_after(after)
    }

    /// 503: something this needs is down; trying again later helps.
    #[must_use]
    pub fn unavailable(internal: impl Into<String>) -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "The shop is not available for the moment. Please try again.",
        )
        .retry_after(Duration::from_secs(2));
        problem.internal = Some(internal.into());
        problem
    }

    /// 500: the shop's own fault. The reason goes to the log alone.
    #[must_use]
    pub fn internal(reason: impl Into<String>) -> Self {
        let mut problem = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on our side. Please try again.",
        );
        problem.internal = Some(reason.into());
        problem
    }

    /// Names the fields at fault.
    #[must_use]
    pub fn with_fields(mut self, fields: Vec<FieldError>) -> Self {
        self.fields = fields;
        self
    }

    /// Says when to try again; in whole seconds, at least one.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What went wrong, for a program.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The fields at fault.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        &self.fields
    }

    /// The reason that only the log may hold.
    pub(crate) fn internal_reason(&self) -> Option<&str> {
        self.internal.as_deref()
    }

    pub(crate) fn into_body(self, trace_id: &str) -> Response {
        let body = ProblemBody {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            trace_id,
            fields: &self.fields,
        };
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (self.status, json).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(after) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        response
    }
}

/// Leaves the body to the edge, which knows the trace id.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
