use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use prost::Message as _;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How long spans may take to come: a shop of a test sends them a tenth of a second after they end.
const PATIENCE: Duration = Duration::from_mins(1);

/// A span as it was exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The `service.name` of the program that made it.
    pub service: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: SpanKind,
    /// Its trace's id.
    pub trace_id: String,
    /// Its id.
    pub id: String,
    /// The id of the span above it; empty if it begins its trace.
    pub parent: String,
    /// What it says.
    pub attributes: BTreeMap<String, String>,
    /// All of it as text, to look for what must not be in it.
    pub text: String,
}

/// A stand-in for an OpenTelemetry collector: takes spans over OTLP/HTTP as protobuf. It ends with its test.
#[derive(Debug)]
pub struct Receiver {
    url: String,
    received: Arc<Received>,
}

#[derive(Debug, Default)]
struct Received {
    spans: Mutex<Vec<Span>>,
    requests: watch::Sender<usize>,
}

impl Receiver {
    /// Listens on a port of its own.
    pub async fn start() -> Self {
        let received = Arc::new(Received::default());
        let routes = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&received));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, received }
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many times something was sent.
    #[must_use]
    pub fn requests(&self) -> usize {
        *self.received.requests.borrow()
    }

    /// The spans of a trace so far.
    #[must_use]
    pub fn of_trace(&self, trace_id: &str) -> Vec<Span> {
        let spans = self.received.spans.lock().unwrap_or_else(PoisonError::into_inner);
        spans.iter().filter(|span| span.trace_id == trace_id).cloned().collect()
    }

    /// Waits until the spans of a trace are as they should be, and returns them.
    pub async fn until(&self, trace_id: &str, met: impl Fn(&[Span]) -> bool) -> Vec<Span> {
        let mut requests = self.received.requests.subscribe();
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let spans = self.of_trace(trace_id);
                if met(&spans) {
                    return spans;
                }
                requests.changed().await.expect("the receiver lives as long as this");
            }
        });
        waited.await.unwrap_or_else(|_| {
            let names: Vec<_> =
                self.of_trace(trace_id).into_iter().map(|span| (span.name, span.id, span.parent)).collect();
            panic!("not within {PATIENCE:?}: {names:#?}")
        })
    }
}

async fn take(State(received): State<Arc<Received>>, body: Bytes) -> StatusCode {
    let Ok(request) = ExportTraceServiceRequest::decode(body) else { return StatusCode::BAD_REQUEST };
    received.spans.lock().unwrap_or_else(PoisonError::into_inner).extend(spans(request));
    received.requests.send_modify(|count| *count += 1);
    StatusCode::OK
}

fn spans(request: ExportTraceServiceRequest) -> Vec<Span> {
    let mut found = Vec::new();
    for of_resource in request.resource_spans {
        let resource =
            of_resource.resource.map(|resource| attributes(resource.attributes)).unwrap_or_default();
        let service = resource.get("service.name").cloned().unwrap_or_default();
        for span in of_resource.scope_spans.into_iter().flat_map(|of_scope| of_scope.spans) {
            found.push(Span {
                text: format!("{resource:?} {span:?}"),
                service: service.clone(),
                kind: span.kind(),
                trace_id: hex(&span.trace_id),
                id: hex(&span.span_id),
                parent: hex(&span.parent_span_id),
                attributes: attributes(span.attributes),
                name: span.name,
            });
        }
    }
    found
}

fn attributes(all: Vec<KeyValue>) -> BTreeMap<String, String> {
    all.into_iter().map(|KeyValue { key, value, .. }| (key, text(value))).collect()
}

fn text(value: Option<AnyValue>) -> String {
    match value.and_then(|value| value.value) {
        Some(any_value::Value::StringValue(text)) => text,
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
