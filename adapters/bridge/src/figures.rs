//! What a bridge has counted, for a page that a person reads. `/metrics` has more, for machines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Counts since the bridge was started.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Whether the store serves.
    pub store_up: bool,
    /// Whether the broker is connected.
    pub broker_up: bool,
    /// The age of the oldest event in the outbox, in seconds; 0 for an empty one.
    pub outbox_age_seconds: f64,
    /// Events by type.
    pub events: BTreeMap<String, EventFigures>,
    /// Deliveries by subscription.
    pub deliveries: BTreeMap<String, DeliveryFigures>,
}

/// What became of the events of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFigures {
    /// Written to the outbox.
    pub committed: u64,
    /// Handed to the broker.
    pub published: u64,
}

/// What became of attempts to deliver to one subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryFigures {
    /// Taken.
    pub done: u64,
    /// Refused, and to be tried again.
    pub retry: u64,
    /// Parked among the dead letters.
    pub parked: u64,
}
