//! `adapters/<name>/adapter.toml`: a native program that calls the bridge or consumes events.

use serde::Deserialize;

use crate::Client;

/// A native program that runs beside the bridge. Like a component's, its token is the variable `token_<name>`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adapter {
    /// What the adapter is for.
    pub description: String,
    /// Where the bridge delivers events to the adapter: `http://search.mcommerce-adapters.svc.cluster.local`.
    pub url: String,
    /// Its grants, and the events that it consumes.
    #[serde(default)]
    pub bridge: Client,
}
