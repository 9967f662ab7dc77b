use clap::Args;

use super::broker_prefix::BrokerPrefix;
use super::max_in_flight::MaxInFlight;
use super::positive_duration::PositiveDuration;

/// Limits and paces of one bridge. The defaults are for production.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many requests may be in flight; one more is answered 503 at once.
    #[arg(long, env = "MCOMMERCE_MAX_IN_FLIGHT", value_name = "N", default_value_t = Self::default().max_in_flight)]
    pub max_in_flight: MaxInFlight,
    /// How long a request may take before it is answered 503.
    #[arg(long, env = "MCOMMERCE_REQUEST_TIMEOUT", value_name = "DURATION", default_value_t = Self::default().request_timeout)]
    pub request_timeout: PositiveDuration,
    /// How long a shutdown waits for requests and deliveries in flight.
    #[arg(long, env = "MCOMMERCE_DRAIN_TIMEOUT", value_name = "DURATION", default_value_t = Self::default().drain_timeout)]
    pub drain_timeout: PositiveDuration,
    /// How often the store is asked whether it serves, and how long it may take to answer.
    #[arg(long, env = "MCOMMERCE_PING_INTERVAL", value_name = "DURATION", default_value_t = Self::default().ping_interval)]
    pub ping_interval: PositiveDuration,
    /// How often the outbox and due deliveries are looked for when nothing woke the bridge.
    #[arg(long, env = "MCOMMERCE_POLL_INTERVAL", value_name = "DURATION", default_value_t = Self::default().poll_interval)]
    pub poll_interval: PositiveDuration,
    /// How long the relay's lease lasts. It is renewed three times as often; another bridge takes over when it expires.
    #[arg(long, env = "MCOMMERCE_LEASE_TIME", value_name = "DURATION", default_value_t = Self::default().lease_time)]
    pub lease_time: PositiveDuration,
    /// How long RabbitMQ may take to connect, to declare the queues, or to confirm an event.
    #[arg(long, env = "MCOMMERCE_BROKER_TIMEOUT", value_name = "DURATION", default_value_t = Self::default().broker_timeout)]
    pub broker_timeout: PositiveDuration,
    #[command(flatten)]
    pub backoff: BackoffSettings,
    /// Whether this bridge publishes events from the outbox and, with the broker `store`, delivers them.
    #[arg(skip = true)]
    pub relay: bool,
    /// What the names of the exchange and of all queues begin with.
    #[arg(skip)]
    pub broker_prefix: BrokerPrefix,
}

/// How long the bridge waits before it tries again what failed, such as reaching its store or its broker.
#[derive(Args, Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackoffSettings {
    /// The longest pause before the first retry of what failed; it doubles with each.
    #[arg(long = "backoff-first", env = "MCOMMERCE_BACKOFF_FIRST", value_name = "DURATION", default_value_t = Self::default().first)]
    pub first: PositiveDuration,
    /// The longest pause before any retry.
    #[arg(long = "backoff-longest", env = "MCOMMERCE_BACKOFF_LONGEST", value_name = "DURATION", default_value_t = Self::default().longest)]
    pub longest: PositiveDuration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_in_flight: MaxInFlight::default(),
            request_timeout: PositiveDuration::from_secs(10),
            drain_timeout: PositiveDuration::from_secs(25),
            ping_interval: PositiveDuration::from_secs(2),
            poll_interval: PositiveDuration::from_millis(500),
            lease_time: PositiveDuration::from_secs(6),
            broker_timeout: PositiveDuration::from_secs(10),
            backoff: BackoffSettings::default(),
            relay: true,
            broker_prefix: BrokerPrefix::default(),
        }
    }
}

impl Default for BackoffSettings {
    fn default() -> Self {
        Self { first: PositiveDuration::from_millis(100), longest: PositiveDuration::from_secs(5) }
    }
}
