//! The counts that the dashboard shows. `/metrics` has more, for machines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Counts since the bridge was started.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    pub store_up: bool,
    pub broker_up: bool,
    /// The age of the oldest event in the outbox; 0 if it is empty.
    pub outbox_age_seconds: f64,
    /// By type of event.
    pub events: BTreeMap<String, EventFigures>,
    /// By subscription.
    pub deliveries: BTreeMap<String, DeliveryFigures>,
}

/// Events of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFigures {
    pub committed: u64,
    pub published: u64,
}

/// Attempts to deliver to one subscription, by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryFigures {
    /// Accepted by the function.
    pub done: u64,
    /// Refused, to be retried.
    pub retry: u64,
    /// Refused for good, now a dead letter.
    pub parked: u64,
    /// Of a schedule, refused for good; the next one makes up for it.
    pub skipped: u64,
}
