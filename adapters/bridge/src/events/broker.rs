use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::courier::Courier;
use super::error::EventsError;
use super::outbox::{Outbox, Outgoing};

/// Carries events from the outbox to the functions.
#[async_trait]
pub(crate) trait Broker: Send + Sync + 'static {
    /// Moves events from the outbox to the broker, in the given order.
    async fn forward(&self, outbox: &Outbox, events: &[Outgoing]) -> Result<(), EventsError>;

    /// Delivers events until stopped, then finishes those in flight.
    async fn run(self: Arc<Self>, courier: Arc<Courier>, stop: CancellationToken);

    fn is_up(&self) -> bool;
}
