//! How components' requests leave: to a neighbour, to the bridge in this process, or over the network. In
//! every case only to where `allowed_outbound_hosts` lets them.

mod allowed;
mod client;

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use http::uri::Scheme;
use http::{HeaderName, Request, Response, Uri};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody, WasiHttpHooks,
};

pub use allowed::{AllowedError, AllowedHosts};
pub use client::HttpClient;

use crate::journal::{Journal, Level};

/// What ends the names of neighbours: `orders.spin.internal` is the component `orders`.
pub const NEIGHBOUR_SUFFIX: &str = ".spin.internal";

/// How long to wait for a first byte unless the component says.
const FIRST_BYTE_TIME: Duration = Duration::from_secs(30);

/// Reaches the components of this application.
#[async_trait]
pub trait Neighbours: Send + Sync {
    /// The answer of a component, a problem if it fails; `None` if there is no such component.
    async fn call(&self, component: &str, request: Request<WasiBody>) -> Option<Response<WasiBody>>;
}

/// Where requests can go, for all components of a shop.
pub struct Network {
    client: HttpClient,
    bridge: Option<(http::uri::Authority, Router)>,
    neighbours: OnceLock<Weak<dyn Neighbours>>,
}

/// One component's way out.
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
    /// A network on which requests to the bridge's authority go to its router without a socket.
    pub fn new(bridge: Option<(http::uri::Authority, Router)>) -> Arc<Self> {
        Arc::new(Self { client: HttpClient::new(), bridge, neighbours: OnceLock::new() })
    }

    /// Makes the components known to each other.
    pub fn connect(&self, neighbours: Weak<dyn Neighbours>) {
        // Only the shop that made this network connects it, once.
        let _ = self.neighbours.set(neighbours);
    }

    async fn send(
        &self,
        request: Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<Response<WasiBody>, Error> {
        let first_byte = options.first_byte_timeout.unwrap_or(FIRST_BYTE_TIME);
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
    /// The way out of a component with these grants.
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

    fn check(&self, uri: &Uri) -> Result<(), Error> {
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
        self.journal.host(&self.component, Level::Warn, &message);
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
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Answer> + Send> {
        let checked = self.check(request.uri());
        let network = Arc::clone(&self.network);
        Box::new(async move {
            checked?;
            let response = network.send(request, options.unwrap_or_default()).await?;
            let driven: Box<dyn Future<Output = Result<(), Error>> + Send> = Box::new(async { Ok(()) });
            Ok((response, driven))
        })
    }
}
