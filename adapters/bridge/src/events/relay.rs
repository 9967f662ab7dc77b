use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::broker::Broker;
use super::error::EventsError;
use super::outbox::{Outbox, Outgoing, PAGE};
use super::subscribers::Subscribers;
use crate::backoff::Backoff;
use crate::config::{BackoffSettings, Settings};
use crate::error_chain::Chain;
use crate::lease::Lease;
use crate::metrics::{EventLabels, Metrics};

/// Moves events from the outbox to the broker while it holds the lease.
pub(crate) struct Relay {
    outbox: Outbox,
    subscribers: Arc<Subscribers>,
    broker: Arc<dyn Broker>,
    lease: Arc<Lease>,
    committed: Arc<Notify>,
    metrics: Arc<Metrics>,
    poll_interval: Duration,
    backoff: BackoffSettings,
}

impl Relay {
    pub(crate) fn new(
        outbox: Outbox,
        subscribers: Arc<Subscribers>,
        broker: Arc<dyn Broker>,
        lease: Arc<Lease>,
        committed: Arc<Notify>,
        metrics: Arc<Metrics>,
        settings: &Settings,
    ) -> Self {
        let (poll_interval, backoff) = (settings.poll_interval.get(), settings.backoff);
        Self { outbox, subscribers, broker, lease, committed, metrics, poll_interval, backoff }
    }

    /// Moves one page of events and returns how many. 0 while another bridge holds the lease.
    pub(crate) async fn step(&self) -> Result<usize, EventsError> {
        let held = self.lease.hold().await?;
        self.metrics.relaying.set(i64::from(held));
        if !held {
            return Ok(0);
        }
        let events = self.outbox.page().await?;
        self.subscribers.read().await?;
        self.metrics.outbox_age.set(events.first().map_or(0.0, Outgoing::age_seconds));
        if events.is_empty() {
            return Ok(0);
        }
        self.broker.forward(&self.outbox, &events).await?;
        for event in &events {
            let labels = EventLabels { kind: event.kind.as_str().to_owned() };
            self.metrics.events_published.get_or_create(&labels).inc();
        }
        Ok(events.len())
    }

    /// Moves events until stopped.
    pub(crate) async fn run(&self, stop: CancellationToken) {
        let mut backoff = Backoff::new(self.backoff);
        let mut failing = false;
        while !stop.is_cancelled() {
            match self.step().await {
                Ok(moved) => {
                    if std::mem::take(&mut failing) {
                        tracing::info!("events are published again");
                    }
                    backoff.reset();
                    if moved < PAGE as usize {
                        tokio::select! {
                            () = stop.cancelled() => {}
                            () = self.committed.notified() => {}
                            () = sleep(self.poll_interval) => {}
                        }
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!(error = %Chain(&error), "events can't be published and will be retried");
                    }
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = sleep(backoff.next()) => {}
                    }
                }
            }
        }
    }
}
