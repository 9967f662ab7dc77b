use std::time::Instant;

use axum::extract::Request;
use axum::response::Response;
use mcommerce_telemetry::random_traceparent;
use protocol::Traceparent;

use super::around::Around;
use crate::http::function::Function;
use crate::http::operation::Operation;
use crate::http::refusal::Refusal;

/// The target of requests that succeed. There are too many of them to be logged by default.
const ACCESS: &str = "mcommerce_bridge::access";

/// Logs one line a request. Functions, operations, collections and types of events are named, never data.
#[derive(Clone)]
pub(in crate::http) struct Log;

pub(in crate::http) struct Logged {
    started: Instant,
    operation: &'static str,
    function: Option<Function>,
    trace: Traceparent,
}

impl Around for Log {
    type Kept = Logged;

    fn before(&self, request: &mut Request) -> Result<Logged, Refusal> {
        let (operation, started) = (Operation::requested(request).name(), Instant::now());
        let function = request.extensions().get().cloned();
        let trace = request.extensions().get().copied().unwrap_or_else(random_traceparent);
        Ok(Logged { started, operation, function, trace })
    }

    fn after(&self, Logged { started, operation, function, trace }: Logged, response: &mut Response) {
        let function = function.as_ref().map(Function::name).unwrap_or_default();
        let (trace_id, status) = (trace.trace_id(), response.status().as_u16());
        let time_ms = started.elapsed().as_secs_f64() * 1000.0;
        let Some(refusal) = Refusal::in_response(response) else {
            tracing::info!(
                target: ACCESS,
                { "traceId" = trace_id, function, operation, status, time_ms },
                "request served"
            );
            return;
        };
        let (about, code) = (&refusal.about, refusal.failure.code);
        if response.status().is_server_error() {
            let cause = refusal.cause();
            tracing::error!(
                "traceId" = trace_id,
                function,
                operation,
                about,
                status,
                time_ms,
                ?code,
                cause,
                "request failed"
            );
        } else {
            let conflict = &refusal.failure.conflict;
            tracing::info!(
                "traceId" = trace_id,
                function,
                operation,
                about,
                status,
                time_ms,
                ?code,
                ?conflict,
                "request refused"
            );
        }
    }
}
