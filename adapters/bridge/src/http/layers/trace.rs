use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use mcommerce_telemetry::{
    SpanExt as _, TRACEPARENT, random_traceparent, traceparent_from, traceparent_header,
};
use tracing::field::Empty;
use tracing::{Instrument as _, info_span};

use crate::http::function::Function;
use crate::http::operation::Operation;

/// Runs a request in a span, and tells handler and caller which trace it belongs to.
pub(in crate::http) async fn trace(operation: Operation, mut request: Request, next: Next) -> Response {
    let span = info_span!(
        parent: None,
        "request",
        otel.kind = "server",
        otel.name = operation.name(),
        http.request.method = operation.method(),
        http.route = operation.route(),
        mcommerce.function = Function::name_in(request.extensions()),
        db.operation.name = Empty,
        db.query.summary = Empty,
        db.collection.name = Empty,
    );
    let parent = traceparent_from(request.headers());
    span.set_remote_parent(parent);
    let trace = span.traceparent().or(parent).unwrap_or_else(random_traceparent);
    request.extensions_mut().insert(trace);
    let mut response = next.run(request).instrument(span.clone()).await;
    span.record_status(response.status());
    response.headers_mut().insert(TRACEPARENT, traceparent_header(&trace));
    response
}
