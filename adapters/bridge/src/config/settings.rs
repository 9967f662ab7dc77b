use std::time::Duration;

use application::Name;

use super::error::ConfigError;

/// As many as fit into the semaphore that counts them.
const MAX_IN_FLIGHT: usize = 100_000;

/// Limits and paces of one bridge. The defaults are for production.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many requests may be in flight; a further one is answered 503 at once.
    pub max_in_flight: usize,
    /// How long a request may take before it is answered 503.
    pub request_timeout: Duration,
    /// Whether this bridge publishes events from the outbox (and, with the broker `store`, delivers them).
    pub relay: bool,
    /// How often the outbox and due deliveries are looked for when nothing woke the bridge.
    pub poll_interval: Duration,
    /// How long the relay's lease lasts unless it is renewed, which happens three times as often.
    pub lease_time: Duration,
    /// What the names of the exchange and of all queues begin with.
    pub broker_prefix: String,
    /// How long a shutdown waits for what is in flight.
    pub drain_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_in_flight: 512,
            request_timeout: Duration::from_secs(10),
            relay: true,
            poll_interval: Duration::from_millis(500),
            lease_time: Duration::from_secs(6),
            broker_prefix: "mcommerce".into(),
            drain_timeout: Duration::from_secs(25),
        }
    }
}

impl Settings {
    /// Refuses what can't work.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let refused = |reason: &'static str| Err(ConfigError::Settings(reason));
        if !(1..=MAX_IN_FLIGHT).contains(&self.max_in_flight) {
            return refused("max_in_flight: must be 1 to 100,000");
        }
        if [self.request_timeout, self.poll_interval, self.lease_time].contains(&Duration::ZERO) {
            return refused("request_timeout, poll_interval and lease_time must be above zero");
        }
        if !self.broker_prefix.split('.').all(|part| Name::parse(part).is_ok()) {
            return refused("broker_prefix: must be names of a-z, 0-9 and -, joined by dots");
        }
        Ok(())
    }
}
