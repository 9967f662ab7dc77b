use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use mcommerce_telemetry::{TRACEPARENT, traceparent_header};
use protocol::Traceparent;
use tokio::time::timeout;

use super::deliver::{Deliver, DeliveryOutcome, EVENT_MEDIA_TYPE};
use crate::config::{FunctionToken, PositiveDuration};

const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// How much of an answer is read, so that its connection can be reused.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Delivers events to functions over HTTP.
pub struct HttpDeliver {
    client: Client<HttpConnector, Full<Bytes>>,
    base_urls: BTreeMap<String, String>,
    default_base_url: String,
}

impl HttpDeliver {
    /// Takes the base URL of each function, `http://HOST:PORT`, and that of all others.
    pub fn new(
        base_urls: BTreeMap<String, String>,
        default_base_url: impl Into<String>,
        connect_timeout: PositiveDuration,
    ) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(connect_timeout.get()));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(connector);
        Self { client, base_urls, default_base_url: default_base_url.into() }
    }

    fn request(
        &self,
        function: &str,
        path: &str,
        token: &FunctionToken,
        traceparent: Option<&Traceparent>,
        event: Bytes,
    ) -> Result<Request<Full<Bytes>>, http::Error> {
        let base = self.base_urls.get(function).unwrap_or(&self.default_base_url).trim_end_matches('/');
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose()))?;
        bearer.set_sensitive(true);
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("{base}{path}"))
            .header(CONTENT_TYPE, EVENT_MEDIA_TYPE)
            .header(AUTHORIZATION, bearer);
        if let Some(traceparent) = traceparent {
            request = request.header(TRACEPARENT, traceparent_header(traceparent));
        }
        request.body(Full::new(event))
    }
}

#[async_trait]
impl Deliver for HttpDeliver {
    async fn deliver(
        &self,
        function: &str,
        path: &str,
        token: &FunctionToken,
        traceparent: Option<&Traceparent>,
        event_json: Bytes,
        limit: Duration,
    ) -> DeliveryOutcome {
        let request = match self.request(function, path, token, traceparent, event_json) {
            Ok(request) => request,
            Err(error) => return DeliveryOutcome::Unreachable(error.to_string()),
        };
        let answer = timeout(limit, async {
            let answer = self.client.request(request).await?;
            let status = answer.status().as_u16();
            // Only the status counts: a body that ends early doesn't undo what the function did.
            let _ = Limited::new(answer.into_body(), MAX_ANSWER_BYTES).collect().await;
            Ok::<_, hyper_util::client::legacy::Error>(status)
        });
        match answer.await {
            Ok(Ok(status)) => DeliveryOutcome::Answered(status),
            Ok(Err(error)) if error.is_connect() => DeliveryOutcome::Unreachable("no connection".into()),
            Ok(Err(_)) => DeliveryOutcome::Unreachable("the connection broke".into()),
            Err(_) => DeliveryOutcome::TimedOut,
        }
    }
}
