//! What is said of a whole domain: `functions/<domain>/domain.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use protocol::{CollectionName, EventType};
use serde::Deserialize;

use crate::{Cores, Index, Memory, Name, Schedule};

/// A domain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// What it is about.
    pub description: String,
    /// The collections that it owns.
    #[serde(default)]
    pub collections: BTreeMap<CollectionName, DomainCollection>,
    /// The events that it emits on a clock, by the name of the schedule.
    #[serde(default)]
    pub schedules: BTreeMap<Name, Schedule>,
    /// The events of its components that are for others than the shop's own consumers as well: they are on the exchange.
    #[serde(default)]
    pub publishes: BTreeSet<EventType>,
    /// How it runs in a cluster.
    pub deploy: Deploy,
}

/// A collection of a domain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainCollection {
    /// Its indexes, made at start.
    #[serde(default)]
    pub indexes: Vec<Index>,
}

/// How a domain's pods run in a cluster. What differs by environment is in overlays.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deploy {
    /// The share of a core that a pod asks for: `100m`.
    pub cpu: Cores,
    /// The memory that a pod asks for: `192Mi`.
    pub memory: Memory,
    /// The most memory that a pod may take: `512Mi`.
    pub memory_limit: Memory,
    /// The most connections and requests in flight from one proxy to its pods; a quarter of that may wait.
    pub connections: u32,
    /// When there are to be more pods, or fewer.
    pub scale: Scale,
}

/// What a domain is scaled by. At least one of them is given.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// Percent of the CPU that a pod asks for.
    pub cpu: Option<NonZeroU32>,
    /// Requests a second that one pod is to serve.
    pub requests: Option<NonZeroU32>,
    /// Messages waiting in a queue, for each pod.
    pub queue: Option<ScaleByQueue>,
}

/// How many messages wait in the queue of a subscription, for each pod.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleByQueue {
    /// The subscription.
    pub subscription: Name,
    /// How many messages.
    pub messages: NonZeroU32,
}
