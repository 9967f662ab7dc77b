//! Components' outbound requests, which go to another component, to the bridge in this process or over the network, if
//! `allowed_outbound_hosts` allows it.

mod allowed;
mod client;

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use http::uri::Scheme;
use http::{HeaderName, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Empty, Limited};
use mcommerce_telemetry::{SpanExt as _, Traceparent, method_name, traceparent_from};
use tower::ServiceExt as _;
use tracing::{Span, info_span};
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody, WasiHttpHooks,
};

pub use allowed::{AllowedError, AllowedHosts};
pub use client::HttpClient;

use crate::journal::{Journal, Level};

/// The suffix of component host names: `orders.spin.internal` is the component `orders`.
pub const NEIGHBOUR_SUFFIX: &str = ".spin.internal";

/// How long to wait for the first byte of a response unless the component sets a timeout.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(30);

/// The largest body that [`Network::get_text`] reads.
const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;

/// Calls other components of the application.
#[async_trait]
pub trait Neighbours: Send + Sync {
    /// Calls a component. Returns a problem if it fails, and `None` if it does not exist.
    async fn call(&self, component: &str, request: Request<WasiBody>) -> Option<Response<WasiBody>>;
}

/// The destinations that all components of a shop share.
pub struct Network {
    client: HttpClient,
    bridge: Option<(http::uri::Authority, Router)>,
    neighbours: OnceLock<Weak<dyn Neighbours>>,
}

/// Sends the requests of one component.
#[derive(Clone)]
pub struct Outbound {
    network: Arc<Network>,
    allowed: Arc<AllowedHosts>,
    component: Arc<str>,
    journal: Journal,
    forbidden: ForbiddenHeaderFilter,
}

type Answer = Result<(Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>), Error>;

impl Network {
    /// Creates a network that passes requests for the bridge's authority to its router without a socket.
    pub fn new(bridge: Option<(http::uri::Authority, Router)>) -> Arc<Self> {
        Arc::new(Self { client: HttpClient::new(), bridge, neighbours: OnceLock::new() })
    }

    /// Sets the components that can be called.
    pub fn connect(&self, neighbours: Weak<dyn Neighbours>) {
        // Only `Shop::start` calls this, once.
        let _ = self.neighbours.set(neighbours);
    }

    /// Gets a text for `mcommerce` itself, without checking whether the host is allowed.
    pub(crate) async fn get_text(&self, uri: Uri) -> Option<String> {
        let mut request = Request::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
        *request.uri_mut() = uri;
        let response = self.send(request, RequestOptions::default()).await.ok()?;
        if response.status() != StatusCode::OK {
            return None;
        }
        let body = Limited::new(response.into_body(), MAX_TEXT_BYTES).collect().await.ok()?;
        String::from_utf8(body.to_bytes().into()).ok()
    }

    async fn send(
        &self,
        request: Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<Response<WasiBody>, Error> {
        let first_byte = options.first_byte_timeout.unwrap_or(FIRST_BYTE_TIMEOUT);
        let sent = async {
            let uri = request.uri();
            if let Some(component) = uri.host().and_then(|host| host.strip_suffix(NEIGHBOUR_SUFFIX)) {
                let component = component.to_owned();
                let neighbours = self.neighbours.get().and_then(Weak::upgrade);
                let neighbours = neighbours.ok_or(Error::DestinationUnavailable)?;
                return neighbours.call(&component, request).await.ok_or(Error::DestinationNotFound);
            }
            match &self.bridge {
                Some((authority, router)) if uri.authority() == Some(authority) => {
                    let Ok(response) = router.clone().oneshot(request).await;
                    Ok(response.map(|body| {
                        body.map_err(|error| Error::InternalError(Some(error.to_string()))).boxed_unsync()
                    }))
                }
                _ => self.client.send(request).await,
            }
        };
        tokio::time::timeout(first_byte, sent).await.map_err(|_| Error::ConnectionReadTimeout)?
    }
}

impl Outbound {
    pub fn new(
        network: &Arc<Network>,
        allowed: &Arc<AllowedHosts>,
        component: &Arc<str>,
        journal: &Journal,
    ) -> Self {
        Self {
            network: Arc::clone(network),
            allowed: Arc::clone(allowed),
            component: Arc::clone(component),
            journal: journal.clone(),
            forbidden: Arc::new(|name| DEFAULT_FORBIDDEN_HEADERS.contains(name)),
        }
    }

    /// Starts a client span as a child of the context in the request. It names the host but no path, because paths contain
    /// ids.
    fn span(request: &Request<WasiBody>) -> Span {
        let (method, host) = (method_name(request.method()), request.uri().host().unwrap_or_default());
        let span = info_span!(
            parent: None,
            "send",
            otel.kind = "client",
            otel.name = format!("{method} {host}"),
            http.request.method = method,
            server.address = host,
            server.port = request.uri().port_u16().map(i64::from),
        );
        span.set_remote_parent(|| traceparent_from(request.headers()));
        span
    }

    fn check(&self, request: &Request<WasiBody>) -> Result<(), Error> {
        let uri = request.uri();
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return Err(Error::HttpRequestUriInvalid);
        };
        let port = uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        if self.allowed.allows(scheme, host, port) {
            return Ok(());
        }
        let message = format!(
            "asked for {scheme}://{host}:{port}, which its allowed_outbound_hosts in spin.toml does not list"
        );
        let context = traceparent_from(request.headers());
        let trace = context.as_ref().map(Traceparent::trace_id);
        self.journal.host_of(trace, &self.component, Level::Warn, &message);
        Err(Error::HttpRequestDenied)
    }
}

impl WasiHttpHooks for Outbound {
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        (self.forbidden)(name)
    }

    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::clone(&self.forbidden)
    }

    fn default_scheme(&mut self) -> Option<Scheme> {
        Some(Scheme::HTTP)
    }

    fn send_request(
        &mut self,
        mut request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Answer> + Send> {
        let span = Self::span(&request);
        let checked = self.check(&request);
        span.inject(request.headers_mut());
        let network = Arc::clone(&self.network);
        Box::new(async move {
            let answered = match checked {
                Ok(()) => network.send(request, options.unwrap_or_default()).await,
                Err(denied) => Err(denied),
            };
            match &answered {
                Ok(response) => span.record_status(response.status()),
                Err(error) => span.record_failure(error.to_string()),
            }
            let response = answered?;
            let driven: Box<dyn Future<Output = Result<(), Error>> + Send> = Box::new(async { Ok(()) });
            Ok((response, driven))
        })
    }
}
