use std::path::PathBuf;

use clap::Args;
use mcommerce_bridge::{
    BridgeConfig, BrokerPrefix, BrokerUrl, FunctionTokens, StoreSettings, read_declarations,
};

/// Where the configuration comes from. The token of `pay` comes from `MCOMMERCE_TOKEN_PAY`.
#[derive(Args)]
pub(super) struct Config {
    /// The file with the application's declarations, as `mcommerce bridge-config` prints it.
    #[arg(long, value_name = "FILE", env = "MCOMMERCE_CONFIG")]
    pub(super) config: PathBuf,
}

/// Where the data and the events are.
#[derive(Args)]
pub(super) struct Backends {
    /// The store: mongodb://… (a replica set) or sqlite:PATH.
    #[arg(long, value_name = "URL", env = "MCOMMERCE_STORE", hide_env_values = true)]
    pub(super) store: String,
    /// The broker: amqp://…, or `store` for the store itself.
    #[arg(
        long,
        value_name = "URL",
        env = "MCOMMERCE_BROKER",
        hide_env_values = true,
        default_value = "store"
    )]
    pub(super) broker: BrokerUrl,
    /// What the names of the exchange and of all queues begin with.
    #[arg(long, value_name = "NAME", env = "MCOMMERCE_BROKER_PREFIX", default_value_t = BrokerPrefix::default())]
    pub(super) broker_prefix: BrokerPrefix,
    #[command(flatten)]
    pub(super) settings: StoreSettings,
}

impl Config {
    pub(super) fn read(&self, tokens: FunctionTokens) -> anyhow::Result<BridgeConfig> {
        Ok(BridgeConfig::new(read_declarations(&self.config)?, tokens)?)
    }
}
