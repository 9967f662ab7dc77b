use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Waker};

use http::Request;

use crate::backends::{Backend, on_both_backends};
use crate::support::{Consumer, Shop, config, soon};

async fn a_shutdown_waits_for_the_delivery_in_flight_which_is_not_repeated(backend: &Backend) {
    let shop = Shop::open_with(backend, config(), |_| {}, Consumer::holding()).await;
    let consumer = shop.consumer.clone();
    shop.http.make("a", "a", 1).await;
    consumer.receives(1).await;
    let http = shop.http.clone();
    {
        let mut shutdown = pin!(shop.bridge.shutdown());
        assert!(shutdown.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        // The function that handles the event still needs the bridge.
        assert_eq!(http.things().await.len(), 1);
        consumer.release();
        soon("the end of the shutdown", shutdown).await;
    }
    let after = http.query("reader", &serde_json::json!({ "queries": [{ "collection": "things" }] })).await;
    after.is_failure(503, "unavailable");
    let ready = http.send(Request::get("/readyz").body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!((ready.status.as_u16(), &ready.json()["draining"]), (503, &true.into()));

    let next = Shop::open(backend).await;
    let other = next.http.make("b", "a", 2).await;
    assert_eq!(next.consumer.receives(1).await[0].id(), other);
    next.shutdown().await;
    assert_eq!(consumer.received().len(), 1);
}

on_both_backends!(a_shutdown_waits_for_the_delivery_in_flight_which_is_not_repeated);

#[tokio::test]
async fn a_shutdown_releases_the_lease_of_the_relay() {
    let backend = Backend::embedded();
    let forever = mcommerce_bridge::PositiveDuration::from_secs(3600);
    let first =
        Shop::open_with(&backend, config(), |to| to.lease_time = forever, Consumer::accepting_all()).await;
    first.http.make("a", "a", 1).await;
    first.consumer.receives(1).await;
    first.shutdown().await;
    let second = Shop::open(&backend).await;
    second.http.make("b", "a", 2).await;
    assert_eq!(second.consumer.receives(1).await[0].n(), 2);
}
