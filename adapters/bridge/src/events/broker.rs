use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::courier::Courier;
use super::error::EventsError;
use super::outbox::{Outbox, Outgoing};

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
