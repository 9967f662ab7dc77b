use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;
use uuid::Uuid;

const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Stands between functions and the bridge and gives each request a new trace, as Spin does where it exports spans itself. It
/// ends with its test.
#[derive(Clone, Debug)]
pub struct Retracing {
    url: String,
    bridge: Arc<OnceLock<String>>,
}

impl Retracing {
    /// Listens on a port of its own.
    pub async fn start() -> Self {
        let bridge = Arc::new(OnceLock::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router =
            Router::new().fallback(forward).with_state((reqwest::Client::new(), Arc::clone(&bridge)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, bridge }
    }

    /// Forwards to this bridge from now on, and says where functions find it.
    pub(crate) fn before(&self, bridge: &str) -> &str {
        self.bridge.set(bridge.to_owned()).expect("it stands before one bridge");
        &self.url
    }
}

async fn forward(
    State((client, bridge)): State<(reqwest::Client, Arc<OnceLock<String>>)>,
    request: Request,
) -> Response {
    let (mut head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BYTES).await else { return StatusCode::BAD_REQUEST.into_response() };
    let trace = format!("00-{}-{:016x}-01", Uuid::new_v4().simple(), 7);
    head.headers.insert("traceparent", trace.parse().expect("a header"));
    head.headers.remove("expect");
    let target = bridge.get().expect("the bridge was started");
    let sent = client.request(head.method, format!("{target}{}", head.uri)).headers(head.headers).body(body);
    let Ok(answer) = sent.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut response = Response::new(Body::from(answer.bytes().await.unwrap_or_default()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
