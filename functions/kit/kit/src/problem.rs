use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use values::{Fault, FieldError, Invalid, Problem, Refusal, Status};

/// Why an extractor refuses a request.
#[derive(Debug)]
pub struct Rejection(Problem);

/// The JSON of a refusal or a failure. <https://www.rfc-editor.org/rfc/rfc9457>
#[derive(Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(utoipa::ToSchema), schema(as = Problem))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Body<'a> {
    /// Always `about:blank`: `code` says which problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The name of the status.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    #[cfg_attr(not(target_arch = "wasm32"), schema(value_type = crate::describe::ProblemCode))]
    code: &'static str,
    /// What went wrong, in English.
    detail: &'a str,
    /// What to quote to support.
    trace_id: &'a str,
    /// The fields at fault, if any.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    fields: &'a [FieldError],
}

impl Rejection {
    /// Refuses.
    pub fn refuse(refusal: impl Refusal) -> Self {
        Self(Problem::refuse(refusal))
    }

    #[cfg(test)]
    pub(crate) fn into_refused(self) -> values::Refused {
        self.0.refused().clone()
    }
}

impl From<Invalid> for Rejection {
    fn from(invalid: Invalid) -> Self {
        Self(invalid.into())
    }
}

impl From<Fault> for Rejection {
    fn from(fault: Fault) -> Self {
        Self(fault.into())
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        into_response(self.0)
    }
}

/// A response that carries the problem; the edge adds the body, because it knows the trace.
pub(crate) fn into_response(problem: Problem) -> Response {
    let mut response = status_code(problem.status()).into_response();
    if let Some(set_cookie) = problem.set_cookie() {
        add_cookie(&mut response, set_cookie);
    }
    response.extensions_mut().insert(problem);
    response
}

/// Adds a `Set-Cookie` header.
pub(crate) fn add_cookie(response: &mut Response, set_cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(set_cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// The response with its body.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only the Wasm edge answers"))]
pub(crate) fn render(problem: &Problem, trace_id: &str) -> Response {
    let refused = problem.refused();
    let status = status_code(refused.status);
    let body = Body {
        kind: "about:blank",
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        code: refused.code,
        detail: &refused.detail,
        trace_id,
        fields: &refused.fields,
    };
    let mut response = (status, serde_json::to_vec(&body).unwrap_or_default()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if refused.status == Status::Unauthorized {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(after) = refused.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
    }
    response
}

fn status_code(status: Status) -> StatusCode {
    StatusCode::from_u16(status as u16).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
