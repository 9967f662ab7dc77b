use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderMap, Method, StatusCode};
use opentelemetry::trace::{
    Span as _, SpanContext, SpanId, Status, TraceContextExt as _, TraceFlags, TraceId, TraceState,
    Tracer as _,
};
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_sdk::trace::{SdkTracer, Span as SdkSpan};

pub use opentelemetry::trace::SpanKind;

use crate::propagation::{TRACEPARENT, traceparent_from, traceparent_header};
use protocol::Traceparent;

/// Makes spans, or nothing where nobody wants them.
#[derive(Clone, Debug, Default)]
pub struct Tracer(Option<Arc<SdkTracer>>);

/// Something that is done, from its beginning until this is dropped.
#[derive(Debug, Default)]
pub struct Span(Option<SdkSpan>);

impl Tracer {
    /// Makes no spans.
    pub const fn off() -> Self {
        Self(None)
    }

    pub(crate) fn new(tracer: SdkTracer) -> Self {
        Self(Some(Arc::new(tracer)))
    }

    /// Whether spans are made.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Begins a span below the one that a `traceparent` names; without one it begins a trace.
    pub fn span<N: Into<Cow<'static, str>>>(
        &self,
        kind: SpanKind,
        name: impl FnOnce() -> N,
        parent: Option<Traceparent>,
    ) -> Span {
        let Some(tracer) = &self.0 else { return Span(None) };
        let context = parent
            .map_or_else(Context::new, |parent| Context::new().with_remote_span_context(remote(&parent)));
        let builder = tracer.span_builder(name()).with_kind(kind);
        Span(Some(tracer.build_with_context(builder, &context)))
    }

    /// Begins a span below the one that a request's headers name.
    pub fn span_of<N: Into<Cow<'static, str>>>(
        &self,
        kind: SpanKind,
        name: impl FnOnce() -> N,
        headers: &HeaderMap,
    ) -> Span {
        if self.0.is_none() {
            return Span(None);
        }
        self.span(kind, name, traceparent_from(headers))
    }
}

/// A method's name as spans have it: one of few, whatever was sent.
pub fn method_name(method: &Method) -> &'static str {
    const KNOWN: [(&Method, &str); 8] = [
        (&Method::GET, "GET"),
        (&Method::POST, "POST"),
        (&Method::PUT, "PUT"),
        (&Method::DELETE, "DELETE"),
        (&Method::PATCH, "PATCH"),
        (&Method::HEAD, "HEAD"),
        (&Method::OPTIONS, "OPTIONS"),
        (&Method::CONNECT, "CONNECT"),
    ];
    KNOWN.iter().find(|(known, _)| *known == method).map_or("_OTHER", |(_, name)| name)
}

/// What a checked context is to OpenTelemetry.
fn remote(parent: &Traceparent) -> SpanContext {
    let trace = TraceId::from_hex(parent.trace_id()).unwrap_or(TraceId::INVALID);
    let span = SpanId::from_hex(parent.span_id()).unwrap_or(SpanId::INVALID);
    let flags = if parent.is_sampled() { TraceFlags::SAMPLED } else { TraceFlags::default() };
    SpanContext::new(trace, span, flags, true, TraceState::default())
}

impl Span {
    /// Nothing.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Whether anybody wants to know about it: what is costly to say need not be said otherwise.
    pub const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Says something about it. Names are those of OpenTelemetry's conventions where there is one.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        if let Some(span) = &mut self.0 {
            span.set_attribute(KeyValue::new(name, value));
        }
    }

    /// Gives it another name, now that more is known.
    pub fn rename(&mut self, name: impl FnOnce() -> String) {
        if let Some(span) = &mut self.0 {
            span.update_name(name());
        }
    }

    /// Says that it failed.
    pub fn fail(&mut self, why: impl Into<Cow<'static, str>>) {
        if let Some(span) = &mut self.0 {
            span.set_status(Status::error(why));
        }
    }

    /// Says with what status it was answered. Who is at fault for a status of 4xx is the one who asked: for a server's
    /// span it is no error.
    pub fn answered(&mut self, status: StatusCode) {
        let Some(span) = &mut self.0 else { return };
        span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
        if status.is_server_error() {
            span.set_attribute(KeyValue::new("error.type", status.as_str().to_owned()));
            span.set_status(Status::error(""));
        }
    }

    /// The context for what is done on behalf of it.
    pub fn traceparent(&self) -> Option<Traceparent> {
        let context = self.0.as_ref()?.span_context();
        let (trace_id, span_id) = (context.trace_id().to_bytes(), context.span_id().to_bytes());
        Some(Traceparent::new(trace_id, span_id, context.is_sampled()))
    }

    /// Makes it the parent of what a request asks for.
    pub fn carry(&self, headers: &mut HeaderMap) {
        if let Some(context) = self.traceparent() {
            headers.insert(TRACEPARENT, traceparent_header(&context));
        }
    }
}
