use axum::body::Body;
use http::Request;
use mcommerce_bridge::{BrokerUrl, open_store};
use serde_json::{Value, json};

use crate::backends::Backend;
use crate::support::{Consumer, Http, Shop, config, settings, soon, until};

async fn probe(http: &Http, path: &str) -> (u16, Value) {
    let answer = http.send(Request::get(path).body(Body::empty()).unwrap()).await;
    (answer.status.as_u16(), answer.json())
}

/// An address where nothing listens.
fn nowhere() -> std::net::SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_bridge_starts_without_its_store_and_says_what_is_missing() {
    let backend = Backend::embedded();
    let store = open_store(&format!("mongodb://{}/shop?replicaSet=rs0", nowhere())).unwrap();
    let mut config = config();
    config.settings = settings(&backend);
    let shop = Shop::start(config, store, &backend, Consumer::accepting_all()).await;
    assert!(!shop.bridge.is_ready());
    assert_eq!(probe(&shop.http, "/healthz").await.0, 200);
    let (status, body) = probe(&shop.http, "/readyz").await;
    assert_eq!((status, &body["store"]), (503, &json!("not prepared")));
    let answer = shop.http.query("reader", &json!({ "queries": [{ "collection": "things" }] })).await;
    answer.is_failure(503, "unavailable");
    assert_eq!(answer.headers["retry-after"], "1");
    shop.shutdown().await;
}

#[tokio::test]
async fn without_its_broker_a_bridge_commits_and_keeps_the_events() {
    let backend = Backend::embedded();
    let mut away = Backend::embedded();
    away.broker = format!("amqp://{}", nowhere()).parse().unwrap();
    away.store_url.clone_from(&backend.store_url);
    let shop = Shop::open(&away).await;
    let id = shop.http.make("a", "a", 1).await;
    let (status, body) = probe(&shop.http, "/readyz").await;
    assert_eq!((status, &body["warnings"]), (200, &json!(["broker"])));
    assert!(shop.bridge.is_ready());
    until("a relay that meets no broker", async || shop.bridge.relay_step().await.is_err()).await;
    shop.shutdown().await;

    assert_eq!(backend.broker, BrokerUrl::Store);
    let next = Shop::open(&backend).await;
    assert_eq!(next.consumer.receives(1).await[0].id(), id);
    next.shutdown().await;
}

#[tokio::test]
async fn a_bridge_is_ready_soon_after_its_store_is() {
    let shop = Shop::embedded().await;
    assert!(shop.bridge.is_ready());
    let (status, body) = soon("an answer", probe(&shop.http, "/readyz")).await;
    assert_eq!((status, &body["ready"], &body["warnings"]), (200, &json!(true), &json!([])));
}
