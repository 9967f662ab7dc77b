use std::time::Duration;

use lapin::options::{ExchangeDeclareOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, ExchangeKind};

use crate::config::BrokerPrefix;
use application::{Subscription, Subscriptions};

/// RabbitMQ 4 drops a message that was delivered more often than this limit, 20 by default. The bridge counts attempts
/// itself, and listing dead letters delivers them too.
const UNLIMITED_DELIVERIES: i64 = 1_000_000_000;

/// The names and declarations of the exchange and the queues.
pub(super) struct Names {
    prefix: BrokerPrefix,
}

impl Names {
    pub(super) fn new(prefix: &BrokerPrefix) -> Self {
        Self { prefix: prefix.clone() }
    }

    pub(super) fn exchange(&self) -> String {
        format!("{}.events", self.prefix)
    }

    pub(super) fn queue(&self, subscription: &str) -> String {
        format!("{}.{subscription}", self.prefix)
    }

    /// The name contains the delay, because a queue can't be redeclared with different arguments.
    pub(super) fn delay_queue(&self, subscription: &str, delay: Duration) -> String {
        format!("{}.{subscription}.retry.{}ms", self.prefix, delay.as_millis())
    }

    pub(super) fn dead_queue(&self, subscription: &str) -> String {
        format!("{}.{subscription}.dead", self.prefix)
    }

    /// Declares the exchange and all queues. Idempotent; several bridges may do it at once.
    pub(super) async fn declare(&self, channel: &Channel, all: &Subscriptions) -> lapin::Result<()> {
        let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        let exchange = ShortString::from(self.exchange());
        channel
            .exchange_declare(exchange.clone(), ExchangeKind::Topic, durable, FieldTable::default())
            .await?;
        for subscription in all.iter() {
            self.declare_queues(channel, subscription).await?;
            for kind in subscription.events() {
                // A bridge of before events went straight to the queues has bound them: each event would arrive twice.
                let queue = self.queue(subscription.name()).into();
                let none = FieldTable::default();
                channel.queue_unbind(queue, exchange.clone(), kind.as_str().into(), none).await?;
            }
        }
        Ok(())
    }

    /// Declares the queue of a subscription, of which no more than its name need be known.
    pub(super) async fn declare_queue(&self, channel: &Channel, subscription: &str) -> lapin::Result<()> {
        declare(channel, self.queue(subscription), quorum()).await
    }

    /// The names of all queues of these subscriptions.
    pub(super) fn queues(&self, all: &Subscriptions) -> Vec<String> {
        let of_one = |subscription: &Subscription| {
            let name = subscription.name();
            let delays = subscription.delays().map(|delay| self.delay_queue(name, delay));
            [self.queue(name), self.dead_queue(name)].into_iter().chain(delays).collect::<Vec<_>>()
        };
        all.iter().flat_map(of_one).collect()
    }

    async fn declare_queues(&self, channel: &Channel, subscription: &Subscription) -> lapin::Result<()> {
        let name = subscription.name();
        self.declare_queue(channel, name).await?;
        declare(channel, self.dead_queue(name), quorum()).await?;
        for delay in subscription.delays() {
            let mut arguments = quorum();
            let millis = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
            arguments.insert("x-message-ttl".into(), AMQPValue::LongLongInt(millis));
            arguments.insert("x-dead-letter-exchange".into(), text(""));
            arguments.insert("x-dead-letter-routing-key".into(), text(&self.queue(name)));
            // Without these two, a message would be lost if its delay ended while the target queue was unavailable.
            arguments.insert("x-dead-letter-strategy".into(), text("at-least-once"));
            arguments.insert("x-overflow".into(), text("reject-publish"));
            declare(channel, self.delay_queue(name, delay), arguments).await?;
        }
        Ok(())
    }
}

async fn declare(channel: &Channel, name: String, arguments: FieldTable) -> lapin::Result<()> {
    let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(name.into(), durable, arguments).await.map(drop)
}

fn quorum() -> FieldTable {
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), text("quorum"));
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongLongInt(UNLIMITED_DELIVERIES));
    arguments
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}
