use std::path::PathBuf;

use clap::Args;
use mcommerce_bridge::{BridgeConfig, BrokerUrl, FunctionTokens, read_declarations};

/// Where the configuration comes from. Tokens come from `MCOMMERCE_TOKEN_<FUNCTION>`, as `MCOMMERCE_TOKEN_PAY`.
#[derive(Args)]
pub(super) struct Config {
    /// What the application declares, as `mcommerce bridge-config` prints it.
    #[arg(long, value_name = "FILE", env = "MCOMMERCE_CONFIG")]
    pub(super) config: PathBuf,
}

/// Where the data is.
#[derive(Args)]
pub(super) struct Backends {
    /// mongodb://… (a replica set) or sqlite:PATH.
    #[arg(long, value_name = "URL", env = "MCOMMERCE_STORE", hide_env_values = true)]
    pub(super) store: String,
    /// amqp://… or `store`.
    #[arg(
        long,
        value_name = "URL",
        env = "MCOMMERCE_BROKER",
        hide_env_values = true,
        default_value = "store"
    )]
    pub(super) broker: BrokerUrl,
    /// What the names of the exchange and of all queues begin with.
    #[arg(long, value_name = "NAME", env = "MCOMMERCE_BROKER_PREFIX", default_value = "mcommerce")]
    pub(super) broker_prefix: String,
}

impl Config {
    pub(super) fn read(&self, tokens: FunctionTokens) -> anyhow::Result<BridgeConfig> {
        Ok(BridgeConfig::new(read_declarations(&self.config)?, tokens)?)
    }
}
