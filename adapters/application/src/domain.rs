//! `functions/<domain>/domain.toml`: the settings of a whole domain.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use protocol::{CollectionName, EventType};
use serde::Deserialize;

use crate::{Cores, Index, Memory, Name, Schedule};

/// A domain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// What the domain is about.
    pub description: String,
    /// The collections that the domain owns.
    #[serde(default)]
    pub collections: BTreeMap<CollectionName, DomainCollection>,
    /// Events that are emitted at fixed intervals, by the name of the schedule.
    #[serde(default)]
    pub schedules: BTreeMap<Name, Schedule>,
    /// The events that consumers outside the shop may rely on. They are published on the exchange.
    #[serde(default)]
    pub publishes: BTreeSet<EventType>,
    /// How the domain runs in a cluster.
    pub deploy: Deploy,
}

/// A collection of a domain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainCollection {
    /// The indexes, which the bridge creates at start.
    #[serde(default)]
    pub indexes: Vec<Index>,
}

/// How a domain's pods run in a cluster. Overlays hold what differs between environments.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deploy {
    /// The CPU that a pod requests: `100m`.
    pub cpu: Cores,
    /// The memory that a pod requests: `192Mi`.
    pub memory: Memory,
    /// The most memory that a pod may use: `512Mi`.
    pub memory_limit: Memory,
    /// The most connections and requests in flight from one proxy to the pods. A quarter of that may wait.
    pub connections: u32,
    /// When pods are added and removed.
    pub scale: Scale,
}

/// The figures that a domain is scaled by. At least one is set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The target CPU use, in percent of what a pod requests.
    pub cpu: Option<NonZeroU32>,
    /// The target number of requests per second and pod.
    pub requests: Option<NonZeroU32>,
    /// The target length of a queue.
    pub queue: Option<ScaleByQueue>,
}

/// The number of messages that may wait in a subscription's queue for each pod.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleByQueue {
    /// The subscription.
    pub subscription: Name,
    /// The number of messages per pod.
    pub messages: NonZeroU32,
}
