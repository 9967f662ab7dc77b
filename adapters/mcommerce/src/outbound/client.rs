use std::error::Error as _;
use std::time::Duration;

use http::uri::Scheme;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use wasmtime_wasi_http::{Error, WasiBody};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long idle connections are kept.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// How many idle connections are kept for each host.
const IDLE_CONNECTIONS: usize = 64;

/// A client that reuses connections, because opening one costs more than a request.
#[derive(Clone)]
pub struct HttpClient(Client<HttpConnector, WasiBody>);

impl HttpClient {
    pub(super) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_keepalive(Some(IDLE_TIMEOUT));
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .build(connector);
        Self(client)
    }

    pub(super) async fn send(&self, request: Request<WasiBody>) -> Result<Response<WasiBody>, Error> {
        if request.uri().scheme() == Some(&Scheme::HTTPS) {
            let message = "mcommerce does not support https to outside hosts yet".to_owned();
            return Err(Error::InternalError(Some(message)));
        }
        let response = self.0.request(request).await.map_err(|error| client_error(&error))?;
        Ok(response.map(|body| body.map_err(Error::from).boxed_unsync()))
    }
}

fn client_error(error: &hyper_util::client::legacy::Error) -> Error {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return match io.kind() {
                std::io::ErrorKind::TimedOut => Error::ConnectionTimeout,
                std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe => {
                    Error::ConnectionTerminated
                }
                _ if error.is_connect() => Error::ConnectionRefused,
                _ => Error::ConnectionTerminated,
            };
        }
        cause = inner.source();
    }
    if error.is_connect() { Error::DestinationUnavailable } else { Error::HttpProtocolError }
}
