use std::sync::Arc;

use async_trait::async_trait;
use mcommerce_telemetry::SpanExt as _;
use protocol::Operation;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::Span;

use super::document;
use super::queue::Queue;
use super::worker::Worker;
use crate::config::Settings;
use crate::events::broker::Broker;
use crate::events::courier::Courier;
use crate::events::error::EventsError;
use crate::events::outbox::{Outbox, Outgoing};
use crate::events::subscribers::Subscribers;
use crate::lease::Lease;
use crate::set_aside::SetAside;
use crate::store::{Store, StoreError};
use application::Subscriptions;

const MAX_OPERATIONS: usize = 64;

/// The broker `store`.
pub(crate) struct StoreBroker {
    queue: Queue,
    subscribers: Arc<Subscribers>,
}

impl StoreBroker {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        set_aside: SetAside,
        subscribers: Arc<Subscribers>,
        subscriptions: Subscriptions,
        lease: Arc<Lease>,
        settings: &Settings,
    ) -> Self {
        let (poll_interval, backoff) = (settings.poll_interval.get(), settings.backoff);
        let forwarded = Notify::new();
        Self {
            subscribers,
            queue: Queue { store, set_aside, subscriptions, lease, forwarded, poll_interval, backoff },
        }
    }

    /// Takes an event out of the outbox and adds its deliveries. Their ids are derived from the event's, so doing this
    /// twice duplicates nothing.
    fn moves(&self, event: &Outgoing, publishing: &Span) -> Vec<Operation> {
        let traceparent = publishing.traceparent().or_else(|| event.traceparent());
        let mut operations = vec![Outbox::take(&event.id)];
        let consuming = self.subscribers.consuming(&event.kind);
        operations.extend(consuming.iter().map(|name| document::pending(name, event, traceparent)));
        operations
    }

    /// Commits these operations and ends the spans of their events.
    async fn commit(&self, operations: &[Operation], spans: &mut Vec<Span>) -> Result<(), EventsError> {
        let moved = self.queue.store.transact(operations).await;
        for span in spans.drain(..) {
            if moved.is_err() {
                span.record_failure("not moved");
            }
        }
        match moved {
            Ok(_) => Ok(()),
            Err(StoreError::Conflict(_)) => Err(EventsError::Overtaken),
            Err(error) => Err(error.into()),
        }
    }
}

#[async_trait]
impl Broker for StoreBroker {
    async fn forward(&self, _outbox: &Outbox, events: &[Outgoing]) -> Result<(), EventsError> {
        let (mut operations, mut spans) = (Vec::new(), Vec::new());
        for event in events {
            let publishing = event.publishing();
            let moves = self.moves(event, &publishing);
            if !operations.is_empty() && operations.len() + moves.len() > MAX_OPERATIONS {
                self.commit(&operations, &mut spans).await?;
                operations.clear();
            }
            operations.extend(moves);
            spans.push(publishing);
        }
        self.commit(&operations, &mut spans).await?;
        self.queue.forwarded.notify_one();
        Ok(())
    }

    async fn run(self: Arc<Self>, courier: Arc<Courier>, stop: CancellationToken) {
        Worker::new(&self.queue, courier).run(stop).await;
    }

    fn is_up(&self) -> bool {
        true
    }
}
