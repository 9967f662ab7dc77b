use std::pin::pin;
use std::sync::Arc;

use application::Collections;
use async_trait::async_trait;
use bson::RawDocumentBuf;
use mcommerce_bridge::store::{Blob, ByteStream, Store, StoreError};
use mcommerce_bridge::{MaxInFlight, PositiveDuration, open_store};
use protocol::{Operation, Outcome, Query, QueryResult};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::backends::Backend;
use crate::support::{Consumer, Shop, config, making, settings, soon};

/// A store that fails, or whose answers are held back until they are released.
struct Held {
    inner: Arc<dyn Store>,
    entered: Semaphore,
    gate: Semaphore,
    failure: Failure,
}

type Failure = fn() -> Option<StoreError>;

#[async_trait]
impl Store for Held {
    async fn prepare(&self, collections: &Collections) -> Result<(), StoreError> {
        self.inner.prepare(collections).await
    }
    async fn query(&self, query: &Query) -> Result<QueryResult<RawDocumentBuf>, StoreError> {
        if query.collection.as_str() == "things" {
            self.entered.add_permits(1);
            self.gate.acquire().await.unwrap().forget();
        }
        match (self.failure)() {
            Some(error) => Err(error),
            None => self.inner.query(query).await,
        }
    }
    async fn transact(&self, operations: &[Operation]) -> Result<Vec<Outcome>, StoreError> {
        match (self.failure)() {
            Some(error) => Err(error),
            None => self.inner.transact(operations).await,
        }
    }
    async fn put_blob(&self, _: &str, _: &str, _: ByteStream, _: u64) -> Result<u64, StoreError> {
        Err(StoreError::Internal("not asked for here".into()))
    }
    async fn get_blob(&self, _: &str) -> Result<Option<Blob>, StoreError> {
        Err(StoreError::Internal("not asked for here".into()))
    }
    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

async fn open(
    permits: usize,
    failure: Failure,
    change: impl FnOnce(&mut mcommerce_bridge::Settings),
) -> (Shop, Arc<Held>, Backend) {
    let backend = Backend::embedded();
    let inner = open_store(&backend.store_url).unwrap();
    let held = Arc::new(Held { inner, entered: Semaphore::new(0), gate: Semaphore::new(permits), failure });
    let mut config = config();
    config.settings = settings(&backend);
    change(&mut config.settings);
    let shop = Shop::start(config, held.clone(), &backend, Consumer::accepting_all()).await;
    soon("a ready bridge", shop.bridge.ready()).await;
    (shop, held, backend)
}

fn things() -> Value {
    json!({ "queries": [{ "collection": "things" }] })
}

#[tokio::test]
async fn a_request_too_many_is_503_at_once_and_the_others_are_served() {
    let (shop, held, _backend) = open(0, || None, |to| to.max_in_flight = MaxInFlight::new(2).unwrap()).await;
    let in_flight: Vec<_> = (0..2)
        .map(|_| {
            let http = shop.http.clone();
            tokio::spawn(async move { http.query("reader", &things()).await })
        })
        .collect();
    soon("both requests", held.entered.acquire_many(2)).await.unwrap().forget();
    let shed = shop.http.query("reader", &things()).await;
    shed.is_failure(503, "unavailable");
    assert_eq!(shed.json()["detail"], "too many requests are in flight");
    assert_eq!(shed.headers["retry-after"], "1");
    held.gate.add_permits(3);
    for answer in in_flight {
        assert_eq!(answer.await.unwrap().status, 200);
    }
    assert_eq!(shop.http.query("reader", &things()).await.status, 200);
}

#[tokio::test]
async fn a_shutdown_waits_for_the_request_in_flight() {
    let (shop, held, _backend) = open(0, || None, |_| {}).await;
    let http = shop.http.clone();
    let in_flight = tokio::spawn(async move { http.query("reader", &things()).await });
    soon("the request", held.entered.acquire()).await.unwrap().forget();
    let mut shutdown = pin!(shop.bridge.shutdown());
    for _ in 0..100 {
        assert!(futures::poll!(shutdown.as_mut()).is_pending());
        tokio::task::yield_now().await;
    }
    held.gate.add_permits(1);
    soon("the end of the shutdown", shutdown).await;
    assert_eq!(in_flight.await.unwrap().status, 200);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_503() {
    let (shop, held, _backend) =
        open(0, || None, |to| to.request_timeout = PositiveDuration::from_millis(20)).await;
    shop.http.query("reader", &things()).await.is_failure(503, "unavailable");
    held.gate.add_permits(1);
}

#[tokio::test]
async fn a_store_that_is_away_is_503_and_one_that_fails_is_500_and_neither_says_why() {
    let secret = "10.0.0.7 refused shop:hunter2";
    let unavailable = || Some(StoreError::Unavailable("10.0.0.7 refused shop:hunter2".into()));
    let internal = || Some(StoreError::Internal("10.0.0.7 refused shop:hunter2".into()));
    let failures: [(Failure, u16, &str); 2] =
        [(unavailable, 503, "unavailable"), (internal, 500, "internal")];
    for (failure, status, code) in failures {
        let (shop, _held, _backend) = open(100, failure, |_| {}).await;
        for answer in [
            shop.http.query("reader", &things()).await,
            shop.http.transact("writer", &making("a", "a", 1)).await,
        ] {
            answer.is_failure(status, code);
            assert!(!String::from_utf8_lossy(&answer.bytes).contains(secret));
        }
    }
}
