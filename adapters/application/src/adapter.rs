//! What is said of a native program that asks the bridge or consumes events: `adapters/<name>/adapter.toml`.

use serde::Deserialize;

use crate::Client;

/// A native program beside the bridge. Its token is the variable `token_<name>`, like a component's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adapter {
    /// What it is for.
    pub description: String,
    /// The address at which the bridge delivers its events: `http://search.mcommerce-adapters.svc.cluster.local`.
    pub url: String,
    /// What it is granted, and what it consumes.
    #[serde(default)]
    pub bridge: Client,
}
