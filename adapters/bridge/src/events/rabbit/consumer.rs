use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::link::{Link, Live};
use super::message::{self, Envelope};
use super::names::Names;
use crate::backoff::Backoff;
use crate::error_chain::Chain;
use crate::events::courier::{Courier, Refusal, Verdict};
use crate::events::error::BrokerError;
use application::Subscription;

const CONSUMER_TAG: &str = "bridge";

/// Consumes the queue of a subscription until stopped, on one connection after another.
pub(super) async fn consume(
    link: &Link,
    names: &Names,
    subscription: &Subscription,
    courier: &Arc<Courier>,
    stop: &CancellationToken,
) {
    let mut backoff = link.backoff();
    while !stop.is_cancelled() {
        let live = tokio::select! {
            () = stop.cancelled() => return,
            live = link.connected() => live,
        };
        let mut consumer = Consumer::new(Arc::clone(&live), names, subscription, courier);
        let ended = consumer.run(stop, &mut backoff).await;
        consumer.finish().await;
        if let Err(error) = ended {
            tracing::warn!(subscription = subscription.name(), error = %Chain(&error), "consuming was interrupted");
            live.fail();
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(backoff.next()) => {}
            }
        }
    }
}

/// Consumes one queue on one connection. One event of each subject is in flight at a time; the others wait here,
/// bounded by the prefetch.
struct Consumer<'a> {
    live: Arc<Live>,
    names: &'a Names,
    subscription: &'a Subscription,
    courier: &'a Arc<Courier>,
    waiting: BTreeMap<String, VecDeque<Delivery>>,
    tasks: JoinSet<(String, Result<(), BrokerError>)>,
}

impl<'a> Consumer<'a> {
    fn new(
        live: Arc<Live>,
        names: &'a Names,
        subscription: &'a Subscription,
        courier: &'a Arc<Courier>,
    ) -> Self {
        Self { live, names, subscription, courier, waiting: BTreeMap::new(), tasks: JoinSet::new() }
    }

    async fn run(&mut self, stop: &CancellationToken, backoff: &mut Backoff) -> Result<(), BrokerError> {
        let channel = self.live.channel().await?;
        let prefetch = self.subscription.concurrency();
        channel.basic_qos(prefetch, BasicQosOptions::default()).await?;
        let queue = self.names.queue(self.subscription.name());
        let (options, none) = (BasicConsumeOptions::default(), FieldTable::default());
        let consuming = channel.basic_consume(queue.into(), CONSUMER_TAG.into(), options, none).await;
        let mut deliveries = consuming?;
        backoff.reset();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(done) = self.tasks.join_next() => self.finished(done)?,
                delivery = deliveries.next() => match delivery {
                    Some(Ok(delivery)) => self.arrived(delivery),
                    Some(Err(error)) => return Err(error.into()),
                    None => return Err(BrokerError::ConsumerCancelled),
                },
            }
        }
        channel.basic_cancel(CONSUMER_TAG.into(), BasicCancelOptions::default()).await?;
        // Events that were not started return to the queue when the channel closes.
        self.waiting.values_mut().for_each(VecDeque::clear);
        while let Some(done) = self.tasks.join_next().await {
            self.finished(done)?;
        }
        Ok(channel.close(200, "OK".into()).await?)
    }

    /// Waits for deliveries in flight, so that none is made twice at once after it was redelivered.
    async fn finish(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }

    fn arrived(&mut self, delivery: Delivery) {
        let subject = Envelope::read(&delivery.data).map(|event| event.subject).unwrap_or_default();
        if let Some(waiting) = self.waiting.get_mut(&subject) {
            waiting.push_back(delivery);
        } else {
            self.waiting.insert(subject.clone(), VecDeque::new());
            self.start(subject, delivery);
        }
    }

    fn finished(
        &mut self,
        done: Result<(String, Result<(), BrokerError>), tokio::task::JoinError>,
    ) -> Result<(), BrokerError> {
        let (subject, handled) = done?;
        handled?;
        match self.waiting.get_mut(&subject).and_then(VecDeque::pop_front) {
            Some(next) => self.start(subject, next),
            None => drop(self.waiting.remove(&subject)),
        }
        Ok(())
    }

    fn start(&mut self, subject: String, delivery: Delivery) {
        let handling = handle(
            Arc::clone(&self.live),
            Routes::new(self.names, self.subscription),
            self.subscription.clone(),
            Arc::clone(self.courier),
            delivery,
        );
        self.tasks.spawn(async move { (subject, handling.await) });
    }
}

/// The queues that a message may be moved to.
struct Routes {
    dead: String,
    delays: BTreeMap<Duration, String>,
}

impl Routes {
    fn new(names: &Names, subscription: &Subscription) -> Self {
        let name = subscription.name();
        let delays = subscription.delays().map(|delay| (delay, names.delay_queue(name, delay)));
        Self { dead: names.dead_queue(name), delays: delays.collect() }
    }
}

/// Makes one attempt, and acknowledges the message once it is handled or safe in another queue.
async fn handle(
    live: Arc<Live>,
    routes: Routes,
    subscription: Subscription,
    courier: Arc<Courier>,
    delivery: Delivery,
) -> Result<(), BrokerError> {
    let before = &delivery.properties;
    let verdict = if let Some(event) = Envelope::read(&delivery.data) {
        let attempts = message::attempts(before);
        let (hop, data) = (message::traceparent(before), delivery.data.clone().into());
        courier.attempt(&subscription, &event.id, data, attempts, hop).await
    } else {
        tracing::error!(subscription = subscription.name(), "a message that is not an event was parked");
        let refusal = Refusal { status: None, reason: "not a CloudEvent".into() };
        Verdict::Park { attempts: 0, refusal }
    };
    let onward = match &verdict {
        Verdict::Done | Verdict::Skip { .. } => None,
        Verdict::Retry { after, attempts, refusal } => {
            let queue = routes.delays.get(after).unwrap_or(&routes.dead);
            Some((queue, message::refused(before, *attempts, refusal)))
        }
        Verdict::Park { attempts, refusal } => {
            Some((&routes.dead, message::parked(before, *attempts, refusal)))
        }
    };
    if let Some((queue, properties)) = onward {
        live.publish(String::new(), queue, true, &delivery.data, properties).await?;
    }
    delivery.ack(BasicAckOptions::default()).await?;
    Ok(())
}
