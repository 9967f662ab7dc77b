use std::collections::BTreeSet;

use bson::doc;
use http::Method;
use serde_json::json;

use crate::backends::{Backend, on_both_backends};
use crate::support::{Consumer, Received, Shop, config, config_with, making, request, soon, token, until};

fn ids(received: &[Received]) -> Vec<&str> {
    received.iter().map(Received::id).collect()
}

async fn an_event_leaves_if_and_only_if_its_write_did(backend: &Backend) {
    let shop = Shop::open(backend).await;
    let first = shop.http.make("a", "a", 1).await;
    shop.http.transact("writer", &making("a", "a", 2)).await.is_failure(409, "conflict");
    let second = shop.http.make("b", "a", 3).await;
    let received = shop.consumer.receives(2).await;
    assert_eq!(ids(&received), [first, second]);
    shop.shutdown().await;
}

async fn an_event_arrives_as_a_cloud_event_with_the_consumers_token_and_the_emitters_trace(
    backend: &Backend,
) {
    let shop = Shop::open(backend).await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let body = making("a", "thing-a", 7).to_string();
    let mut request = request(Method::POST, "/v1/transact", "writer", "application/json", body);
    request.headers_mut().insert("traceparent", trace.parse().unwrap());
    let answer = shop.http.send(request).await;
    let Received { function, path, token: shown, event } = shop.consumer.receives(1).await.remove(0);
    assert_eq!((function.as_str(), path.as_str()), ("consumer", "/events/consumer"));
    assert_eq!(shown, token("consumer"));
    let time = event["time"].as_str().unwrap();
    assert!(time.ends_with('Z'), "{time}");
    let expected = json!({
        "specversion": "1.0",
        "id": answer.json()["events"][0],
        "source": "/functions/writer",
        "type": "thing.made",
        "subject": "thing-a",
        "time": time,
        "datacontenttype": "application/json",
        "traceparent": trace,
        "data": { "n": 7 },
    });
    assert_eq!(event, expected);
    shop.shutdown().await;
}

async fn an_event_committed_but_not_published_is_delivered_once_by_the_next_bridge(backend: &Backend) {
    let crashed = Shop::open_with(backend, config(), |to| to.relay = false, Consumer::accepting_all()).await;
    let mut committed = Vec::new();
    for n in 0..5 {
        committed.push(crashed.http.make(&format!("thing-{n}"), "a", n).await);
    }
    assert!(crashed.consumer.received().is_empty());
    drop(crashed);

    let next = Shop::open(backend).await;
    committed.push(next.http.make("last", "a", 5).await);
    let received = next.consumer.receives(6).await;
    assert_eq!(ids(&received), committed);
    next.shutdown().await;
}

async fn a_delivery_that_a_crash_interrupted_is_repeated(backend: &Backend) {
    let crashed = Shop::open_with(backend, config(), |_| {}, Consumer::holding()).await;
    let id = crashed.http.make("a", "a", 1).await;
    crashed.consumer.receives(1).await;
    drop(crashed);

    let next = Shop::open(backend).await;
    assert_eq!(ids(&next.consumer.receives(1).await), [id]);
    next.shutdown().await;
}

async fn two_events_of_one_subject_are_never_in_flight_at_once(backend: &Backend) {
    let shop = Shop::open_with(backend, config(), |_| {}, Consumer::holding()).await;
    for (id, subject) in [("1", "a"), ("2", "a"), ("3", "b")] {
        shop.http.make(id, subject, id.parse().unwrap()).await;
    }
    let held: BTreeSet<i64> = shop.consumer.receives(2).await.iter().map(Received::n).collect();
    assert_eq!(held, BTreeSet::from([1, 3]));
    shop.consumer.release();
    assert_eq!(shop.consumer.receives(3).await[2].n(), 2);
    shop.shutdown().await;
}

async fn a_refused_event_is_retried_and_delays_no_other(backend: &Backend) {
    let shop = Shop::open_with(backend, config(), |_| {}, Consumer::answering(&[503, 409], 200)).await;
    let id = shop.http.make("a", "a", 1).await;
    let received = shop.consumer.receives(3).await;
    assert_eq!(ids(&received), [&id, &id, &id]);
    let other = shop.http.make("b", "a", 2).await;
    assert_eq!(shop.consumer.receives(4).await[3].id(), other);
    assert!(backend.dead_letters().list().await.unwrap().is_empty());
    shop.shutdown().await;
}

async fn an_event_refused_too_often_is_parked_and_can_be_replayed(backend: &Backend) {
    let shop = Shop::open_with(backend, config(), |_| {}, Consumer::answering(&[], 500)).await;
    let id = shop.http.make("a", "a", 1).await;
    assert_eq!(ids(&shop.consumer.receives(3).await), [&id, &id, &id]);
    let dead = backend.dead_letters();
    let letters = parked(backend, 1).await;
    let letter = &letters[0];
    assert_eq!(letter.id, format!("{id}.consumer"));
    assert_eq!((letter.attempts, letter.status), (3, Some(500)));
    assert_eq!(letter.event["data"]["n"], 1);
    assert!(letter.parked_at.starts_with("20"), "{letter:?}");
    assert_eq!(dead.list().await.unwrap(), letters, "listing them changes nothing");
    assert_eq!(dead.find(&letter.id).await.unwrap().as_ref(), Some(letter));
    assert!(!dead.replay("another.consumer").await.unwrap());

    shop.consumer.answer_from_now_on(200);
    assert!(dead.replay(&letter.id).await.unwrap());
    assert_eq!(ids(&shop.consumer.receives(4).await), [&id, &id, &id, &id]);
    shop.shutdown().await;
    assert!(dead.list().await.unwrap().is_empty());
}

async fn an_unprocessable_event_is_parked_at_once(backend: &Backend) {
    let shop = Shop::open_with(backend, config(), |_| {}, Consumer::answering(&[], 422)).await;
    shop.http.make("a", "a", 1).await;
    let letters = parked(backend, 1).await;
    assert_eq!((letters[0].attempts, letters[0].status), (1, Some(422)));
    assert_eq!(shop.consumer.received().len(), 1);
    shop.shutdown().await;
}

async fn dead_letters_can_be_replayed_together_and_discarded_one_by_one(backend: &Backend) {
    let shop = Shop::open_with(backend, config(), |_| {}, Consumer::answering(&[], 422)).await;
    for n in 0..4 {
        shop.http.make(&format!("thing-{n}"), "a", n).await;
    }
    let letters = parked(backend, 4).await;
    let dead = backend.dead_letters();
    assert!(dead.discard(&letters[1].id).await.unwrap());
    assert!(!dead.discard(&letters[1].id).await.unwrap());
    assert_eq!(parked(backend, 3).await.len(), 3);
    shop.consumer.answer_from_now_on(204);
    assert_eq!(dead.replay_all().await.unwrap(), 3);
    let again: BTreeSet<i64> = shop.consumer.receives(7).await[4..].iter().map(Received::n).collect();
    let discarded = letters[1].event["data"]["n"].as_i64().unwrap();
    assert_eq!(again, (0..4).filter(|n| *n != discarded).collect());
    shop.shutdown().await;
    assert!(dead.list().await.unwrap().is_empty());
}

async fn two_bridges_deliver_each_event_once(backend: &Backend) {
    let consumer = Consumer::accepting_all();
    let one = Shop::open_with(backend, config(), |_| {}, consumer.clone()).await;
    let two = Shop::open_with(backend, config(), |_| {}, consumer.clone()).await;
    let mut committed = BTreeSet::new();
    for n in 0..40 {
        let bridge = if n % 2 == 0 { &one } else { &two };
        let subject = format!("subject-{}", n % 7);
        committed.insert(bridge.http.make(&format!("thing-{n}"), &subject, n).await);
    }
    consumer.receives(40).await;
    one.shutdown().await;
    two.shutdown().await;
    let received = consumer.received();
    assert_eq!(received.len(), 40);
    assert_eq!(received.iter().map(|event| event.id().to_owned()).collect::<BTreeSet<_>>(), committed);
}

async fn an_event_without_subscribers_leaves_the_outbox_and_delays_no_other(backend: &Backend) {
    let consumer = Consumer::accepting_all();
    let shop = Shop::open_with(backend, config(), |to| to.relay = false, consumer.clone()).await;
    let mut body = making("a", "a", 1);
    body["events"][0]["type"] = json!("thing.changed");
    assert_eq!(shop.http.transact("writer", &body).await.status, 200);
    shop.http.make("b", "a", 2).await;
    until("a relay that has its broker", async || shop.bridge.relay_step().await.is_ok()).await;
    assert_eq!(shop.bridge.relay_step().await.unwrap(), 0, "the outbox is empty");
    shop.shutdown().await;
    let next = Shop::open_with(backend, config(), |_| {}, consumer.clone()).await;
    assert_eq!(consumer.receives(1).await[0].n(), 2);
    next.shutdown().await;
}

async fn an_event_that_can_not_be_read_is_set_aside_and_delays_no_other(backend: &Backend) {
    let shop = Shop::open(backend).await;
    let spoiled = doc! { "_id": "0", "event": "Ada's" };
    backend.insert("outbox", spoiled.clone()).await;
    let id = shop.http.make("a", "a", 1).await;
    assert_eq!(ids(&shop.consumer.receives(1).await), [id]);
    is_set_aside(backend, &shop, "_outbox", &spoiled).await;
    shop.shutdown().await;
}

async fn a_lease_and_a_schedule_that_can_not_be_read_are_replaced(backend: &Backend) {
    let heartbeat = "[schedules.heartbeat]\nevery = \"24h\"\nemit = \"thing.made\"";
    let prepared = Shop::open_with(backend, config(), |to| to.relay = false, Consumer::accepting_all()).await;
    prepared.shutdown().await;
    backend.insert("leases", doc! { "_id": "relay", "expiresAt": "tomorrow" }).await;
    backend.insert("schedules", doc! { "_id": "heartbeat", "tick": "the next" }).await;
    let shop = Shop::open_with(backend, config_with(heartbeat), |_| {}, Consumer::accepting_all()).await;
    assert_eq!(shop.consumer.receives(1).await[0].event["source"], "/schedules/heartbeat");
    shop.shutdown().await;
}

/// An operator's slip.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_event_is_lost_when_a_queue_is_deleted_or_the_exchange_has_no_binding() {
    let Some(backend) = Backend::production() else { return };
    let consumer = Consumer::accepting_all();
    let consuming = Shop::open_with(&backend, config(), |_| {}, consumer.clone()).await;
    backend.delete_queue("consumer").await;
    let mut committed = BTreeSet::new();
    for n in 0..5 {
        committed.insert(consuming.http.make(&format!("thing-{n}"), "a", n).await);
    }
    let received = consumer.receives(5).await;
    assert_eq!(received.iter().map(|event| event.id().to_owned()).collect::<BTreeSet<_>>(), committed);
    consuming.shutdown().await;
    backend.clean().await;
}

/// As in the middle of a rollout.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_relay_serves_a_new_subscription() {
    let Some(backend) = Backend::production() else { return };
    let consumer = Consumer::accepting_all();
    let old = Shop::open_with(&backend, config(), |_| {}, consumer.clone()).await;
    let subscribed = r#"
        [clients.consumer.consumes.newcomer]
        events = ["thing.changed"]
        attempts = 3
        first_delay = "20ms"
        longest_delay = "40ms"
        timeout = "20s"
        concurrency = 4
    "#;
    let new =
        Shop::open_with(&backend, config_with(subscribed), |to| to.relay = false, consumer.clone()).await;
    until("the new one has recorded it", async || backend.all("subscriptions").await.len() == 2).await;
    let mut body = making("a", "a", 1);
    body["events"][0]["type"] = json!("thing.changed");
    assert_eq!(old.http.transact("writer", &body).await.status, 200);
    assert_eq!(consumer.receives(1).await[0].path, "/events/newcomer");
    old.shutdown().await;
    new.shutdown().await;
    for queue in ["newcomer", "newcomer.dead", "newcomer.retry.20ms", "newcomer.retry.40ms"] {
        backend.delete_queue(queue).await;
    }
    backend.clean().await;
}

/// Where the store is the broker.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_that_can_not_be_read_is_set_aside_and_delays_no_other() {
    let backend = Backend::embedded();
    let shop = Shop::open(&backend).await;
    let spoiled = doc! {
        "_id": "0", "subscription": "consumer", "state": "pending", "nextAt": bson::DateTime::from_millis(0),
        "subject": 7,
    };
    backend.insert("deliveries", spoiled.clone()).await;
    let id = shop.http.make("a", "a", 1).await;
    assert_eq!(ids(&shop.consumer.receives(1).await), [id]);
    is_set_aside(&backend, &shop, "_deliveries", &spoiled).await;
    shop.shutdown().await;
}

async fn is_set_aside(backend: &Backend, shop: &Shop, collection: &str, spoiled: &bson::Document) {
    let kept = backend.all("set_aside").await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(kept[0].get_str("collection").unwrap(), collection);
    assert_eq!(kept[0].get_document("document").unwrap(), spoiled);
    let counted = format!("mcommerce_bridge_set_aside_total{{collection=\"{collection}\"}} 1");
    assert!(shop.bridge.metrics().contains(&counted));
}

async fn parked(backend: &Backend, count: usize) -> Vec<mcommerce_bridge::DeadLetter> {
    let dead = backend.dead_letters();
    soon("the dead letters", async {
        loop {
            // A quorum queue that was just declared may not have a leader yet, which is an error.
            if let Ok(letters) = dead.list().await
                && letters.len() == count
            {
                return letters;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    })
    .await
}

on_both_backends!(
    an_event_leaves_if_and_only_if_its_write_did,
    an_event_arrives_as_a_cloud_event_with_the_consumers_token_and_the_emitters_trace,
    an_event_committed_but_not_published_is_delivered_once_by_the_next_bridge,
    a_delivery_that_a_crash_interrupted_is_repeated,
    two_events_of_one_subject_are_never_in_flight_at_once,
    a_refused_event_is_retried_and_delays_no_other,
    an_event_refused_too_often_is_parked_and_can_be_replayed,
    an_unprocessable_event_is_parked_at_once,
    dead_letters_can_be_replayed_together_and_discarded_one_by_one,
    two_bridges_deliver_each_event_once,
    an_event_without_subscribers_leaves_the_outbox_and_delays_no_other,
    an_event_that_can_not_be_read_is_set_aside_and_delays_no_other,
    a_lease_and_a_schedule_that_can_not_be_read_are_replaced,
);
