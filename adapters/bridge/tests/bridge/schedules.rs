use std::collections::BTreeSet;

use mcommerce_bridge::BridgeConfig;

use crate::backends::{Backend, on_both_backends};
use crate::support::{Consumer, Received, Shop, config_with};

/// A schedule that emits what the consumer subscribes to.
fn ticking(every: &str) -> BridgeConfig {
    config_with(&format!("[schedules.heartbeat]\nevery = \"{every}\"\nemit = \"thing.made\""))
}

async fn a_tick_is_emitted_once_however_many_bridges_run(backend: &Backend) {
    let consumer = Consumer::accepting_all();
    let one = Shop::open_with(backend, ticking("200ms"), |_| {}, consumer.clone()).await;
    let two = Shop::open_with(backend, ticking("200ms"), |_| {}, consumer.clone()).await;
    consumer.receives(6).await;
    one.shutdown().await;
    two.shutdown().await;
    let received = consumer.received();
    let ticks: Vec<i64> =
        received.iter().map(|event| event.event["data"]["tick"].as_i64().unwrap()).collect();
    let distinct: BTreeSet<i64> = ticks.iter().copied().collect();
    assert_eq!(distinct.len(), ticks.len(), "once each: {ticks:?}");
    let ids: BTreeSet<&str> = received.iter().map(Received::id).collect();
    assert_eq!(ids.len(), received.len());
    assert_eq!(received[0].event["source"], "/schedules/heartbeat");
}

async fn a_tick_that_was_emitted_is_not_emitted_again_after_a_restart(backend: &Backend) {
    let consumer = Consumer::accepting_all();
    for _ in 0..2 {
        let shop = Shop::open_with(backend, ticking("24h"), |_| {}, consumer.clone()).await;
        consumer.receives(1).await;
        let before = consumer.received().len();
        shop.http.make(&format!("thing-{before}"), "a", 0).await;
        consumer.receives(before + 1).await;
        shop.shutdown().await;
    }
    let from_schedule = |event: &&Received| event.event["source"] == "/schedules/heartbeat";
    // The tick of midnight UTC may fall between the two.
    let ticks: BTreeSet<i64> = consumer
        .received()
        .iter()
        .filter(from_schedule)
        .map(|event| event.event["data"]["tick"].as_i64().unwrap())
        .collect();
    assert_eq!(consumer.received().iter().filter(from_schedule).count(), ticks.len());
}

async fn a_tick_that_is_refused_for_good_is_skipped_and_the_next_one_comes(backend: &Backend) {
    let shop = Shop::open_with(backend, ticking("200ms"), |_| {}, Consumer::answering(&[], 422)).await;
    let refused = shop.consumer.receives(2).await;
    assert_ne!(refused[0].id(), refused[1].id());
    shop.consumer.answer_from_now_on(200);
    shop.consumer.receives(refused.len() + 1).await;
    shop.shutdown().await;
    assert!(backend.dead_letters().list().await.unwrap().is_empty());
}

on_both_backends!(
    a_tick_is_emitted_once_however_many_bridges_run,
    a_tick_that_was_emitted_is_not_emitted_again_after_a_restart,
    a_tick_that_is_refused_for_good_is_skipped_and_the_next_one_comes,
);
