use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use protocol::Traceparent;

use crate::log::{Level, log};
use crate::trace;

/// The trace of a request, and its log.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    trace: Traceparent,
}

impl Context {
    /// The trace of the request.
    #[must_use]
    pub fn trace(self) -> Traceparent {
        self.trace
    }

    /// Logs a line with the trace id. Fields are identifiers and reasons, never personal data or secrets.
    pub fn log(self, level: Level, message: &str, fields: &[(&str, &str)]) {
        log(level, &self.trace, message, fields);
    }
}

impl From<Traceparent> for Context {
    fn from(trace: Traceparent) -> Self {
        Self { trace }
    }
}

impl<S: Sync> FromRequestParts<S> for Context {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let known = parts.extensions.get::<Traceparent>().copied();
        Ok(Self { trace: known.unwrap_or_else(|| trace::from_headers(&parts.headers)) })
    }
}
