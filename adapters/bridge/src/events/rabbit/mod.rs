//! RabbitMQ as the broker.
//!
//! Each subscription has a queue, a queue for dead letters, and a delay queue for each pause between two attempts, from
//! which messages return when their time is up. Every event is published straight to the queue of each subscription, so that
//! there is no binding to lose; and to a topic exchange, for others than the shop. All queues are durable quorum queues, all
//! messages are persistent, and a message leaves one queue only after the next has confirmed it.

mod consumer;
mod dead;
mod link;
mod message;
mod names;
mod topology;

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::{join_all, try_join, try_join_all};
use lapin::BasicProperties;
use mcommerce_telemetry::SpanExt as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(super) use dead::RabbitDeadLetters;
pub use topology::{OrphanedQueue, OrphanedQueues};

use super::broker::Broker;
use super::courier::Courier;
use super::error::{BrokerError, EventsError};
use super::outbox::{Outbox, Outgoing};
use super::subscribers::Subscribers;
use crate::config::Settings;
use crate::metrics::Metrics;
use crate::urls::AmqpUrl;
use application::Subscriptions;
use link::{Link, Live};
use names::Names;

pub(crate) struct Rabbit {
    names: Names,
    subscriptions: Subscriptions,
    subscribers: Arc<Subscribers>,
    link: Link,
}

impl Rabbit {
    pub(crate) fn new(
        url: AmqpUrl,
        settings: &Settings,
        subscriptions: Subscriptions,
        subscribers: Arc<Subscribers>,
        metrics: Arc<Metrics>,
    ) -> Self {
        let names = Names::new(&settings.broker_prefix);
        let link = Link::new(url, metrics, settings);
        Self { names, subscriptions, subscribers, link }
    }

    /// The names of all queues that a bridge with these settings declares.
    pub(crate) fn queues(settings: &Settings, subscriptions: &Subscriptions) -> Vec<String> {
        Names::new(&settings.broker_prefix).queues(subscriptions)
    }

    /// Publishes an event to the queue of each subscription, and to the exchange for whoever else listens.
    async fn publish(&self, live: &Live, event: &Outgoing) -> Result<(), BrokerError> {
        let span = event.publishing();
        span.record("messaging.system", "rabbitmq");
        let hop = span.traceparent().or_else(|| event.traceparent());
        let properties = message::fresh(&event.id, event.kind.as_str(), hop.as_ref());
        let (json, subscribers) = (event.json(), self.subscribers.consuming(&event.kind));
        let to_subscribers =
            subscribers.iter().map(|name| self.publish_to(live, name, &json, properties.clone()));
        let (exchange, kind) = (self.names.exchange(), event.kind.as_str());
        let to_exchange = live.publish(exchange, kind, false, &json, properties.clone());
        let published = try_join(try_join_all(to_subscribers), to_exchange).await;
        if published.is_err() {
            span.record_failure("not confirmed");
        }
        published.map(drop)
    }

    /// Publishes to the queue of a subscription. If it is gone, it is declared again.
    async fn publish_to(
        &self,
        live: &Live,
        subscription: &str,
        json: &[u8],
        properties: BasicProperties,
    ) -> Result<(), BrokerError> {
        let queue = self.names.queue(subscription);
        match live.publish(String::new(), &queue, true, json, properties.clone()).await {
            Err(BrokerError::Unroutable) => {
                tracing::error!(subscription, "the queue of a subscription is gone and is declared again");
                let channel = live.channel().await?;
                self.names.declare_queue(&channel, subscription).await?;
                channel.close(200, "OK".into()).await?;
                live.publish(String::new(), &queue, true, json, properties).await
            }
            published => published,
        }
    }
}

#[async_trait]
impl Broker for Rabbit {
    /// Confirmed events leave the outbox even if others fail.
    async fn forward(&self, outbox: &Outbox, events: &[Outgoing]) -> Result<(), EventsError> {
        let live = self.link.live().ok_or_else(|| BrokerError::NotConnected)?;
        let published = join_all(events.iter().map(|event| self.publish(&live, event))).await;
        let mut failure = None;
        let mut confirmed = Vec::with_capacity(events.len());
        for (event, published) in events.iter().zip(published) {
            match published {
                Ok(()) => confirmed.push(event.id.as_str()),
                Err(error) => failure = Some(error),
            }
        }
        if !confirmed.is_empty() {
            outbox.remove(confirmed.into_iter()).await?;
        }
        match failure {
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
