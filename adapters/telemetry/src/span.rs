use std::borrow::Cow;

use http::{HeaderMap, Method, StatusCode};
use opentelemetry::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, Status, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use protocol::Traceparent;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::propagation::{TRACEPARENT, traceparent_header};

/// What [`Span`] lacks to be part of a distributed trace. On a disabled span each of these costs a branch.
pub trait SpanExt {
    /// Makes this the child of a span in another process; without one it stays the root of a trace. Call it before
    /// anything else on the span.
    fn set_remote_parent(&self, parent: impl FnOnce() -> Option<Traceparent>);

    /// Refers to a span of another trace.
    fn link_to(&self, other: &Traceparent);

    /// The context for what is done on behalf of this span. `None` if it is disabled.
    fn traceparent(&self) -> Option<Traceparent>;

    /// Makes this the parent of whatever handles a request.
    fn inject(&self, headers: &mut HeaderMap);

    /// Changes the name, now that more is known. (`otel.name` can't be recorded once the span has started.)
    fn rename(&self, name: impl FnOnce() -> String);

    /// Marks the span as failed.
    fn record_failure(&self, reason: impl Into<Cow<'static, str>>);

    /// Records the status of the answer. A 4xx is the caller's fault, so it is no error of a server's span.
    fn record_status(&self, status: StatusCode);
}

impl SpanExt for Span {
    fn set_remote_parent(&self, parent: impl FnOnce() -> Option<Traceparent>) {
        if !self.is_disabled()
            && let Some(parent) = parent()
        {
            // It fails only if no exporter listens, and then there is nothing to be the parent of.
            let _ = self.set_parent(Context::new().with_remote_span_context(remote(&parent)));
        }
    }

    fn link_to(&self, other: &Traceparent) {
        if !self.is_disabled() {
            self.add_link(remote(other));
        }
    }

    fn traceparent(&self) -> Option<Traceparent> {
        if self.is_disabled() {
            return None;
        }
        let context = self.context();
        let context = context.span().span_context().clone();
        context.is_valid().then(|| {
            let (trace_id, span_id) = (context.trace_id().to_bytes(), context.span_id().to_bytes());
            Traceparent::new(trace_id, span_id, context.is_sampled())
        })
    }

    fn inject(&self, headers: &mut HeaderMap) {
        if let Some(context) = self.traceparent() {
            headers.insert(TRACEPARENT, traceparent_header(&context));
        }
    }

    fn rename(&self, name: impl FnOnce() -> String) {
        if !self.is_disabled() {
            self.context().span().update_name(name());
        }
    }

    fn record_failure(&self, reason: impl Into<Cow<'static, str>>) {
        if !self.is_disabled() {
            self.set_status(Status::error(reason));
        }
    }

    fn record_status(&self, status: StatusCode) {
        if self.is_disabled() {
            return;
        }
        self.set_attribute("http.response.status_code", i64::from(status.as_u16()));
        if status.is_server_error() {
            self.set_attribute("error.type", status.as_str().to_owned());
            self.set_status(Status::error(""));
        }
    }
}

/// Names a method as spans do: anything that is not well known is `_OTHER`, so that clients can't invent names.
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

fn remote(parent: &Traceparent) -> SpanContext {
    let trace = TraceId::from_hex(parent.trace_id()).unwrap_or(TraceId::INVALID);
    let span = SpanId::from_hex(parent.span_id()).unwrap_or(SpanId::INVALID);
    let flags = if parent.is_sampled() { TraceFlags::SAMPLED } else { TraceFlags::default() };
    SpanContext::new(trace, span, flags, true, TraceState::default())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use opentelemetry::trace::SpanKind;
    use opentelemetry_sdk::error::OTelSdkResult;
    use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
    use tracing::info_span;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;
    use crate::log::lines;
    use crate::propagation::random_traceparent;
    use crate::telemetry::spans;

    #[derive(Clone, Debug, Default)]
    struct Exported(Arc<Mutex<Vec<SpanData>>>);

    impl SpanExporter for Exported {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            self.0.lock().unwrap().extend(batch);
            Ok(())
        }
    }

    #[test]
    fn a_span_is_exported_below_its_remote_parent_with_what_was_recorded() {
        let exported = Exported::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exported.clone()).build();
        let subscriber = tracing_subscriber::registry().with(lines("off")).with(spans(&provider, "test"));
        let (parent, passed) = (random_traceparent(), random_traceparent());
        let context = tracing::subscriber::with_default(subscriber, || {
            let span = info_span!(
                target: "mcommerce", parent: None, "request", otel.kind = "server", otel.name = "GET",
                messaging.operation.type = "send", server.port = 80_i64, faas.name = tracing::field::Empty,
            );
            span.set_remote_parent(|| Some(parent));
            span.link_to(&passed);
            let context = span.traceparent().expect("an enabled span has a context");
            span.record("faas.name", "pay");
            span.rename(|| "GET /".to_owned());
            span.record_status(StatusCode::BAD_GATEWAY);
            let _other = info_span!(target: "hyper", "not ours").entered();
            tracing::error!("an event is not part of a span");
            context
        });
        provider.shutdown().unwrap();
        let spans = exported.0.lock().unwrap();
        let [span] = spans.as_slice() else { panic!("{spans:?}") };
        assert_eq!((&*span.name, &span.span_kind), ("GET /", &SpanKind::Server));
        assert_eq!(span.span_context.trace_id().to_string(), parent.trace_id());
        assert_eq!(span.parent_span_id.to_string(), parent.span_id());
        assert_eq!(span.span_context.span_id().to_string(), context.span_id());
        assert_eq!(span.links.links[0].span_context.trace_id().to_string(), passed.trace_id());
        assert_eq!(span.status, Status::error(""));
        assert_eq!(span.events.len(), 0);
        let mut attributes: Vec<String> = span
            .attributes
            .iter()
            .map(|attribute| format!("{}={}", attribute.key, attribute.value))
            .collect();
        attributes.sort_unstable();
        let expected = [
            "error.type=502",
            "faas.name=pay",
            "http.response.status_code=502",
            "messaging.operation.type=send",
            "server.port=80",
        ];
        assert_eq!(attributes, expected);
    }

    #[test]
    fn without_an_exporter_spans_are_disabled() {
        let subscriber = tracing_subscriber::registry().with(lines("trace"));
        tracing::subscriber::with_default(subscriber, || {
            let span = info_span!(target: "mcommerce", "request");
            assert!(span.is_disabled());
            assert_eq!(span.traceparent(), None);
        });
    }
}
