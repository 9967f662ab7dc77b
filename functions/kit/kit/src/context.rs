use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::{Bridge, Level, Problem, Service, Trace, log};

/// What belongs to one request: its trace, and through it the neighbours it may ask.
#[derive(Clone, Debug)]
pub struct Context {
    trace: Trace,
}

impl Context {
    /// The trace of the request.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The bridge, as this component may use it: variables `bridge_url` and `bridge_token`.
    pub async fn bridge(&self) -> Result<Bridge, Problem> {
        Bridge::of(self.trace.clone()).await
    }

    /// Whether the bridge says that it can serve; variable `bridge_url`.
    pub async fn bridge_is_ready(&self) -> Result<bool, Problem> {
        Bridge::is_ready(&self.trace).await
    }

    /// Another service, by the variables that hold its address and the token to show it.
    pub async fn service(&self, url_variable: &str, token_variable: &str) -> Result<Service, Problem> {
        Service::of(self.trace.clone(), url_variable, token_variable).await
    }

    /// Writes a line to the log, with the trace id.
    pub fn log(&self, level: Level, message: &str, fields: &[(&str, &str)]) {
        log(level, &self.trace, message, fields);
    }
}

impl<S: Sync> FromRequestParts<S> for Context {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let trace = parts.extensions.get::<Trace>().cloned().unwrap_or_else(|| Trace::of(&parts.headers));
        Ok(Self { trace })
    }
}
