use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use application::Declarations;
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use mcommerce_bridge::store::Store;
use mcommerce_bridge::{
    Bridge, BridgeConfig, Deliver, DeliveryOutcome, FunctionToken, FunctionTokens, PositiveDuration,
    Settings, open_store,
};
use protocol::Traceparent;
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};
use tower::ServiceExt as _;

use crate::backends::Backend;

/// How long a test waits for anything: less than MongoDB keeps an abandoned transaction.
const DEADLINE: Duration = Duration::from_secs(50);

/// The declarations of the bridges in these tests.
pub(crate) const DECLARED: &str = r#"
    [collections.things]
    owner = "test"
    indexes = [{ name = "name", keys = ["name"], unique = true }]
    [collections.secrets]
    owner = "test"

    [clients.writer]
    collections = { things = ["read", "insert", "update", "delete", "upsert"] }
    blobs = ["read", "write"]
    emits = ["thing.made", "thing.changed"]
    [clients.reader]
    collections = { things = ["read"] }
    blobs = ["read"]
    [clients.nobody]

    [clients.consumer.consumes.consumer]
    events = ["thing.made"]
    attempts = 3
    first_delay = "20ms"
    longest_delay = "40ms"
    timeout = "20s"
    concurrency = 4
"#;

/// A bridge, and the function that consumes its events.
pub(crate) struct Shop {
    pub(crate) bridge: Bridge,
    pub(crate) http: Http,
    pub(crate) consumer: Arc<Consumer>,
    /// The backend, if no test keeps it alive.
    _backend: Option<Backend>,
}

/// A bridge's router, called in process.
#[derive(Clone)]
pub(crate) struct Http(pub(crate) Router);

/// An answer, whose body can be decoded from either encoding.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

pub(crate) fn token(function: &str) -> String {
    format!("the-token-of-{function}")
}

pub(crate) fn tokens() -> FunctionTokens {
    FunctionTokens::new(
        ["writer", "reader", "nobody", "consumer"].map(|function| (function.to_owned(), token(function))),
    )
}

pub(crate) fn config() -> BridgeConfig {
    config_with("")
}

/// A configuration with more declarations.
pub(crate) fn config_with(more: &str) -> BridgeConfig {
    BridgeConfig::new(Declarations::parse(&format!("{DECLARED}\n{more}")).unwrap(), tokens()).unwrap()
}

/// Settings with short intervals.
pub(crate) fn settings(backend: &Backend) -> Settings {
    Settings {
        poll_interval: PositiveDuration::from_millis(20),
        lease_time: PositiveDuration::from_millis(600),
        broker_prefix: backend.prefix.parse().unwrap(),
        ..Settings::default()
    }
}

/// Waits for something, and panics at the deadline.
pub(crate) async fn soon<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, wait).await.unwrap_or_else(|_| panic!("{what} did not come"))
}

/// Waits until a condition holds.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    soon(what, async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

impl Shop {
    /// Opens a shop on SQLite, for what doesn't depend on the back end.
    pub(crate) async fn embedded() -> Self {
        let backend = Backend::embedded();
        let shop = Self::open(&backend).await;
        Self { _backend: Some(backend), ..shop }
    }

    pub(crate) async fn open(backend: &Backend) -> Self {
        Self::open_with(backend, config(), |_| {}, Consumer::accepting_all()).await
    }

    pub(crate) async fn open_with(
        backend: &Backend,
        mut config: BridgeConfig,
        change: impl FnOnce(&mut Settings),
        consumer: Arc<Consumer>,
    ) -> Self {
        config.settings = settings(backend);
        change(&mut config.settings);
        let store = open_store(&backend.store_url).unwrap();
        let shop = Self::start(config, store, backend, consumer).await;
        soon("a ready bridge", shop.bridge.ready()).await;
        shop
    }

    pub(crate) async fn start(
        config: BridgeConfig,
        store: Arc<dyn Store>,
        backend: &Backend,
        consumer: Arc<Consumer>,
    ) -> Self {
        let deliver: Arc<dyn Deliver> = Arc::clone(&consumer) as _;
        let bridge = Bridge::start(config, store, backend.broker.clone(), deliver).await;
        Self { http: Http(bridge.router()), bridge, consumer, _backend: None }
    }

    pub(crate) async fn shutdown(self) {
        soon("the end of the shutdown", self.bridge.shutdown()).await;
    }
}

impl Http {
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.0.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: head.status, headers: head.headers, bytes }
    }

    pub(crate) async fn post(&self, path: &str, function: &str, body: &Value) -> Answer {
        self.send(request(Method::POST, path, function, "application/json", body.to_string())).await
    }

    pub(crate) async fn query(&self, function: &str, body: &Value) -> Answer {
        self.post("/v1/query", function, body).await
    }

    pub(crate) async fn transact(&self, function: &str, body: &Value) -> Answer {
        self.post("/v1/transact", function, body).await
    }

    /// Inserts a thing with an event about it, and returns the event's id.
    pub(crate) async fn make(&self, id: &str, subject: &str, n: i64) -> String {
        let answer = self.transact("writer", &making(id, subject, n)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.json()["events"][0].as_str().unwrap().to_owned()
    }

    pub(crate) async fn things(&self) -> Vec<Value> {
        let answer = self.query("reader", &json!({ "queries": [{ "collection": "things" }] })).await;
        answer.json()["results"][0]["documents"].as_array().unwrap().clone()
    }
}

pub(crate) fn making(id: &str, subject: &str, n: i64) -> Value {
    json!({
        "operations": [{ "insert": { "collection": "things", "document": { "_id": id, "name": id } } }],
        "events": [{ "type": "thing.made", "subject": subject, "data": { "n": n } }],
    })
}

pub(crate) fn request(
    method: Method,
    path: &str,
    function: &str,
    media_type: &str,
    body: impl Into<Body>,
) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {}", token(function)))
        .header("content-type", media_type)
        .body(body.into())
        .unwrap()
}

impl Answer {
    pub(crate) fn media_type(&self) -> &str {
        self.headers.get("content-type").map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        match self.media_type() {
            "application/bson" => {
                let document = bson::Document::from_reader(self.bytes.as_ref()).unwrap();
                bson::Bson::Document(document).into_relaxed_extjson()
            }
            _ => serde_json::from_slice(&self.bytes).unwrap(),
        }
    }

    /// Asserts a failure with this status and code, and with a content length.
    #[track_caller]
    pub(crate) fn is_failure(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.json()["code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(self.headers["content-length"], self.bytes.len().to_string());
    }
}

/// An event that the consumer received.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) function: String,
    pub(crate) path: String,
    pub(crate) token: String,
    pub(crate) event: Value,
}

impl Received {
    pub(crate) fn id(&self) -> &str {
        self.event["id"].as_str().unwrap()
    }

    pub(crate) fn n(&self) -> i64 {
        self.event["data"]["n"].as_i64().unwrap()
    }
}

/// A function that records events and answers as configured.
pub(crate) struct Consumer {
    received: Mutex<Vec<Received>>,
    answers: Mutex<VecDeque<u16>>,
    then: Mutex<u16>,
    arrived: Notify,
    gate: Semaphore,
}

impl Consumer {
    /// Answers with these statuses in turn, and then always with `then`.
    pub(crate) fn answering(first: &[u16], then: u16) -> Arc<Self> {
        Arc::new(Self {
            received: Mutex::default(),
            answers: Mutex::new(first.iter().copied().collect()),
            then: Mutex::new(then),
            arrived: Notify::new(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        })
    }

    pub(crate) fn accepting_all() -> Arc<Self> {
        Self::answering(&[], 204)
    }

    /// Records events, but doesn't answer before `release`.
    pub(crate) fn holding() -> Arc<Self> {
        let consumer = Self::accepting_all();
        consumer.gate.forget_permits(Semaphore::MAX_PERMITS);
        consumer
    }

    pub(crate) fn release(&self) {
        self.gate.add_permits(1_000);
    }

    pub(crate) fn answer_from_now_on(&self, status: u16) {
        *self.then.lock().unwrap() = status;
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until this many events were received, including repeated ones.
    pub(crate) async fn receives(&self, count: usize) -> Vec<Received> {
        soon("the events", async {
            loop {
                let arrived = self.arrived.notified();
                let received = self.received();
                if received.len() >= count {
                    return received;
                }
                arrived.await;
            }
        })
        .await
    }
}

#[async_trait]
impl Deliver for Consumer {
    async fn deliver(
        &self,
        function: &str,
        path: &str,
        token: &FunctionToken,
        _traceparent: Option<&Traceparent>,
        event_json: Bytes,
        _timeout: Duration,
    ) -> DeliveryOutcome {
        self.received.lock().unwrap().push(Received {
            function: function.to_owned(),
            path: path.to_owned(),
            token: token.expose().to_owned(),
            event: serde_json::from_slice(&event_json).unwrap(),
        });
        self.arrived.notify_waiters();
        self.gate.acquire().await.unwrap().forget();
        let next = self.answers.lock().unwrap().pop_front();
        DeliveryOutcome::Answered(next.unwrap_or(*self.then.lock().unwrap()))
    }
}
