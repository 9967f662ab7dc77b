use std::time::Instant;

use axum::Extension;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use protocol::Traceparent;

use crate::http::function::Function;
use crate::http::operation::Operation;
use crate::http::refusal::Refusal;

/// The target of requests that succeed. There are too many of them to be logged by default.
const ACCESS: &str = "mcommerce_bridge::access";

/// Logs one line a request. Functions, operations, collections and types of events are named, never data.
pub(in crate::http) async fn log(
    operation: Operation,
    Extension(trace): Extension<Traceparent>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let function = Function::name_in(request.extensions()).to_owned();
    let response = next.run(request).await;
    let (trace_id, operation, status) = (trace.trace_id(), operation.name(), response.status().as_u16());
    let time_ms = started.elapsed().as_secs_f64() * 1000.0;
    let Some(refusal) = Refusal::in_response(&response) else {
        tracing::info!(
            target: ACCESS,
            { "traceId" = trace_id, function, operation, status, time_ms },
            "request served"
        );
        return response;
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
    response
}
