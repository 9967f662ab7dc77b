use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{Key, KeyValue};
use opentelemetry_otlp::{
    ExporterBuildError, Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;

use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::export::OtlpClient;
use crate::log::lines;

/// How long a program that ends waits until the last spans are sent.
const FLUSH_TIME: Duration = Duration::from_secs(3);

/// What the targets of this workspace's crates begin with.
const OWN_TARGETS: &str = "mcommerce";

/// The variables that name the receiver: of traces, or of everything that OTLP carries.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// A program's exporter of spans, if there is one.
#[derive(Debug)]
pub struct Telemetry(Option<SdkTracerProvider>);

/// Why spans can't be exported.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The receiver wants TLS.
    #[error("{variable}: only http:// is supported; use a collector for TLS")]
    Tls {
        /// The variable that names it.
        variable: &'static str,
    },
    /// A variable has an invalid value.
    #[error("the OTEL_EXPORTER_OTLP_* variables are invalid")]
    Exporter(#[from] ExporterBuildError),
}

impl Telemetry {
    /// Starts logging as [`log_to_stderr`](crate::log_to_stderr) does, and exporting spans if the environment says so.
    ///
    /// `OTEL_EXPORTER_OTLP_ENDPOINT` turns it on, `_HEADERS` and `_TIMEOUT` go with it, `OTEL_SERVICE_NAME`,
    /// `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER` and `OTEL_BSP_*` mean what they mean everywhere, and
    /// `OTEL_SDK_DISABLED=true` turns it off. Spans leave as protobuf over HTTP.
    ///
    /// Must be called within a Tokio runtime.
    ///
    /// # Panics
    ///
    /// If `default_log` can't be parsed, or if the process logs already.
    pub fn start(service: &'static str, default_log: &str) -> Result<Self, TelemetryError> {
        let provider = provider(service)?;
        let spans = provider.as_ref().map(|provider| spans(provider, service));
        tracing_subscriber::registry().with(lines(default_log)).with(spans).init();
        Ok(Self(provider))
    }

    /// Sends the last spans, unless their receiver is slow.
    pub async fn shutdown(self) {
        let Some(provider) = self.0 else { return };
        // Shutting down blocks until the exporter's thread has sent them, for which it needs this runtime.
        let flushed = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(FLUSH_TIME));
        // Spans that are lost at the end must not change how the program ends.
        let _ = tokio::time::timeout(FLUSH_TIME * 2, flushed).await;
    }
}

/// Exports the spans of this workspace's crates. Those of libraries, and all events, are left out.
pub(crate) fn spans<S>(provider: &SdkTracerProvider, scope: &'static str) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let ours = |metadata: &Metadata<'_>| metadata.is_span() && metadata.target().starts_with(OWN_TARGETS);
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer(scope))
        .with_context_activation(false)
        .with_tracked_inactivity(false)
        .with_location(false)
        .with_threads(false)
        .with_level(false)
        .with_target(false)
        .with_filter(filter_fn(ours).with_max_level_hint(LevelFilter::INFO))
}

fn provider(service: &'static str) -> Result<Option<SdkTracerProvider>, TelemetryError> {
    let Some((variable, endpoint)) = endpoint() else { return Ok(None) };
    if endpoint.starts_with("https:") {
        return Err(TelemetryError::Tls { variable });
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(OtlpClient::new())
        .with_protocol(Protocol::HttpBinary)
        .build()?;
    let provider =
        SdkTracerProvider::builder().with_resource(resource(service)).with_batch_exporter(exporter).build();
    Ok(Some(provider))
}

fn endpoint() -> Option<(&'static str, String)> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let disabled = set("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let unwanted = set("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
    if disabled || unwanted {
        return None;
    }
    ENDPOINTS.into_iter().find_map(|name| Some((name, set(name)?)))
}

fn resource(default_service: &'static str) -> Resource {
    let resource =
        Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    let named = Resource::builder()
        .build()
        .get(&Key::from_static_str("service.name"))
        .is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    if named { resource.build() } else { resource.with_service_name(default_service).build() }
}
