//! RabbitMQ as the broker.
//!
//! Every event is published to a topic exchange. Each subscription has a queue, a queue for dead letters, and a delay
//! queue for each pause between two attempts, from which messages return when their time is up. All are durable quorum
//! queues, all messages are persistent, and a message leaves one queue only after the next has confirmed it.

mod consumer;
mod dead;
mod link;
mod message;
mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;
use mcommerce_telemetry::SpanExt as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(super) use dead::RabbitDeadLetters;

use super::broker::Broker;
use super::courier::Courier;
use super::error::{BrokerError, EventsError};
use super::outbox::{Outbox, Outgoing};
use crate::config::Settings;
use crate::metrics::Metrics;
use crate::urls::AmqpUrl;
use application::Subscriptions;
use link::{Link, Live};
use names::Names;

pub(crate) struct Rabbit {
    names: Names,
    subscriptions: Subscriptions,
    link: Link,
}

impl Rabbit {
    pub(crate) fn new(
        url: AmqpUrl,
        settings: &Settings,
        subscriptions: Subscriptions,
        metrics: Arc<Metrics>,
    ) -> Self {
        let names = Names::new(&settings.broker_prefix);
        let link = Link::new(url, metrics, settings);
        Self { names, subscriptions, link }
    }

    /// Publishes an event. If any function subscribed to it, it must reach a queue.
    async fn publish(&self, live: &Live, event: &Outgoing) -> Result<(), BrokerError> {
        let mandatory = self.subscriptions.consuming(&event.kind).next().is_some();
        let span = event.publishing();
        span.record("messaging.system", "rabbitmq");
        let hop = span.traceparent().or_else(|| event.traceparent());
        let properties = message::fresh(&event.id, event.kind.as_str(), hop.as_ref());
        let (exchange, kind) = (self.names.exchange(), event.kind.as_str());
        let published = live.publish(exchange, kind, mandatory, &event.json(), properties).await;
        if published.is_err() {
            span.record_failure("not confirmed");
        }
        published
    }
}

#[async_trait]
impl Broker for Rabbit {
    /// Events of one subject are published one at a time, each after the previous one was confirmed. Confirmed events
    /// leave the outbox even if others fail.
    async fn forward(&self, outbox: &Outbox, events: &[Outgoing]) -> Result<(), EventsError> {
        let live = self.link.live().ok_or_else(|| BrokerError::NotConnected)?;
        let mut by_subject: BTreeMap<&str, Vec<&Outgoing>> = BTreeMap::new();
        for event in events {
            by_subject.entry(&event.subject).or_default().push(event);
        }
        let subjects = by_subject.into_values().map(|of_subject| {
            let live = Arc::clone(&live);
            async move {
                let mut confirmed = Vec::with_capacity(of_subject.len());
                for event in of_subject {
                    if let Err(error) = self.publish(&live, event).await {
                        return (confirmed, Some(error));
                    }
                    confirmed.push(event.id.as_str());
                }
                (confirmed, None)
            }
        });
        let (confirmed, failures): (Vec<_>, Vec<_>) = join_all(subjects).await.into_iter().unzip();
        let confirmed: BTreeSet<&str> = confirmed.into_iter().flatten().collect();
        if !confirmed.is_empty() {
            outbox.remove(confirmed.into_iter()).await?;
        }
        match failures.into_iter().flatten().next() {
            None => Ok(()),
            Some(error) => {
                live.fail();
                Err(error.into())
            }
        }
    }

    async fn run(self: Arc<Self>, courier: Arc<Courier>, stop: CancellationToken) {
        // The connection is stopped after the consumers, because they need it to finish.
        let disconnect = CancellationToken::new();
        let keeper = tokio::spawn({
            let (this, disconnect) = (Arc::clone(&self), disconnect.clone());
            async move { this.link.reconnect_loop(&this.names, &this.subscriptions, disconnect).await }
        });
        let consumers = TaskTracker::new();
        for subscription in self.subscriptions.iter() {
            let subscription = subscription.clone();
            let (this, courier, stop) = (Arc::clone(&self), Arc::clone(&courier), stop.clone());
            consumers.spawn(async move {
                consumer::consume(&this.link, &this.names, &subscription, &courier, &stop).await;
            });
        }
        consumers.close();
        consumers.wait().await;
        stop.cancelled().await;
        disconnect.cancel();
        if let Err(error) = keeper.await {
            tracing::error!(%error, "the task of the broker's connection panicked");
        }
    }

    fn is_up(&self) -> bool {
        self.link.live().is_some()
    }
}
