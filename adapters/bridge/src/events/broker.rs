use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::courier::Courier;
use super::outbox::{Outbox, Outgoing};
use crate::store::StoreError;

/// Why events did not move. They are where they were, and will be tried again.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// The store did not serve.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The broker can't be reached, or did not confirm.
    #[error("broker unavailable: {0}")]
    Broker(String),
    /// Another relay moved them at the same time.
    #[error("another relay is at work")]
    Overtaken,
}

/// What carries events from the outbox to the functions.
#[async_trait]
pub(crate) trait Broker: Send + Sync + 'static {
    /// Moves events, which are in their order, out of the outbox into the broker's keeping.
    async fn forward(&self, outbox: &Outbox, events: &[Outgoing]) -> Result<(), EventsError>;

    /// Delivers until told to stop, then finishes what is in flight.
    async fn run(self: Arc<Self>, courier: Arc<Courier>, stop: CancellationToken);

    /// Whether it can take events now.
    fn is_up(&self) -> bool;
}
