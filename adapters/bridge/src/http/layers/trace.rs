use axum::extract::Request;
use axum::response::Response;
use mcommerce_telemetry::{
    Joined, SpanExt as _, TRACEPARENT, joined_from, random_traceparent, traceparent_header,
};
use protocol::Traceparent;
use tracing::field::Empty;
use tracing::{Span, info_span};

use super::around::Around;
use crate::http::function::Function;
use crate::http::operation::Operation;
use crate::http::refusal::Refusal;

/// Handles a request in a span, and tells handler and caller which trace it belongs to.
#[derive(Clone)]
pub(in crate::http) struct Trace;

pub(in crate::http) struct Traced {
    span: Span,
    trace: Traceparent,
}

impl Around for Trace {
    type Kept = Traced;

    fn before(&self, request: &mut Request) -> Result<Traced, Refusal> {
        let operation = Operation::requested(request);
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
        let Joined { parent, passed } = joined_from(request.headers());
        span.set_remote_parent(|| parent);
        if let Some(passed) = &passed {
            span.link_to(passed);
        }
        let trace = span.traceparent().or(parent).unwrap_or_else(random_traceparent);
        request.extensions_mut().insert(trace);
        Ok(Traced { span, trace })
    }

    fn after(&self, Traced { span, trace }: Traced, response: &mut Response) {
        span.record_status(response.status());
        response.headers_mut().insert(TRACEPARENT, traceparent_header(&trace));
    }

    fn span(Traced { span, .. }: &Traced) -> Span {
        span.clone()
    }
}
