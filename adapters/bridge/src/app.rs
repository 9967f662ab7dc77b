use std::sync::Arc;

use tokio::sync::{Notify, Semaphore};

use crate::config::BridgeConfig;
use crate::events::Broker;
use crate::figures::Figures;
use crate::grants::GrantBook;
use crate::health::Health;
use crate::metrics::Metrics;
use crate::store::Store;

/// The state that requests and background tasks share.
pub(crate) struct App {
    pub(crate) config: BridgeConfig,
    pub(crate) grants: GrantBook,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) broker: Arc<dyn Broker>,
    pub(crate) health: Arc<Health>,
    pub(crate) metrics: Arc<Metrics>,
    /// Notified when a transaction has committed events.
    pub(crate) committed: Arc<Notify>,
    /// A permit for each request that may be in flight.
    pub(crate) gate: Arc<Semaphore>,
}

impl App {
    /// Encodes all metrics in the `OpenMetrics` text format.
    pub(crate) fn metrics(&self) -> String {
        let in_flight =
            (self.config.settings.max_in_flight.get() as usize).saturating_sub(self.gate.available_permits());
        self.metrics.in_flight.set(i64::try_from(in_flight).unwrap_or(i64::MAX));
        self.metrics.encode()
    }

    /// Collects the counts that the dashboard shows.
    pub(crate) fn figures(&self) -> Figures {
        let declared = &self.config.declarations;
        self.metrics.figures(declared.event_types(), declared.subscriptions())
    }
}
