//! The store as the broker: a document of `_deliveries` for each event and subscription.
//!
//! The relay's lease holder alone delivers, so what is in flight is known in its memory and no delivery needs to be
//! claimed in the store: what a crashed bridge had in flight is simply still pending for the next holder.

mod dead;
mod document;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mcommerce_telemetry::{Span, Traceparent, Tracer};
use protocol::Operation;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub(super) use dead::StoreDeadLetters;

use super::broker::{Broker, EventsError};
use super::courier::Courier;
use super::outbox::{Outbox, Outgoing};
use crate::lease::Lease;
use crate::store::{Store, StoreError};
use application::Subscriptions;
use worker::Worker;

/// The most operations of one transaction that moves events.
const MAX_OPERATIONS: usize = 64;

pub(crate) struct StoreBroker {
    store: Arc<dyn Store>,
    subscriptions: Subscriptions,
    lease: Arc<Lease>,
    forwarded: Notify,
    poll_interval: Duration,
    tracer: Tracer,
}

impl StoreBroker {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        subscriptions: Subscriptions,
        lease: Arc<Lease>,
        poll_interval: Duration,
        tracer: Tracer,
    ) -> Self {
        Self { store, subscriptions, lease, forwarded: Notify::new(), poll_interval, tracer }
    }

    /// Takes an event out of the outbox and makes its deliveries. Delivery ids are computed from the event's, so
    /// doing this twice makes none twice.
    fn moves(&self, event: &Outgoing, publishing: &Span) -> Vec<Operation> {
        let hop = publishing.traceparent();
        let traceparent = hop.as_ref().map(Traceparent::as_str).or(event.traceparent());
        let mut operations = vec![Outbox::take(&event.id)];
        let consuming = self.subscriptions.consuming(&event.kind);
        operations
            .extend(consuming.map(|subscription| document::pending(subscription.name(), event, traceparent)));
        operations
    }

    /// Moves some of them, which ends their spans.
    async fn commit(&self, operations: &[Operation], spans: &mut Vec<Span>) -> Result<(), EventsError> {
        let moved = self.store.transact(operations).await;
        for mut span in spans.drain(..) {
            if moved.is_err() {
                span.fail("not moved");
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
            let publishing = event.publishing(&self.tracer);
            let moves = self.moves(event, &publishing);
            if !operations.is_empty() && operations.len() + moves.len() > MAX_OPERATIONS {
                self.commit(&operations, &mut spans).await?;
                operations.clear();
            }
            operations.extend(moves);
            spans.push(publishing);
        }
        self.commit(&operations, &mut spans).await?;
        self.forwarded.notify_one();
        Ok(())
    }

    async fn run(self: Arc<Self>, courier: Arc<Courier>, stop: CancellationToken) {
        Worker::new(&self, courier).run(stop).await;
    }

    fn is_up(&self) -> bool {
        true
    }
}
