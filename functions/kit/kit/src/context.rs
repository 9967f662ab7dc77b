use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::{Bridge, Compiled, Level, Problem, Service, Trace, log};

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
    pub fn bridge(&self) -> Compiled<'_, Result<Bridge, Problem>> {
        Bridge::of(self.trace.clone())
    }

    /// Whether the bridge says that it can serve; variable `bridge_url`.
    pub fn bridge_is_ready(&self) -> Compiled<'_, Result<bool, Problem>> {
        Bridge::is_ready(&self.trace)
    }

    /// Another service, by the variables that hold its address and the token to show it.
    pub fn service<'a>(
        &self,
        url_variable: &'a str,
        token_variable: &'a str,
    ) -> Compiled<'a, Result<Service, Problem>> {
        Service::of(self.trace.clone(), url_variable, token_variable)
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
