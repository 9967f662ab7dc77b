mod dead;
mod serve;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use mcommerce_bridge::{BridgeConfig, BrokerUrl, FunctionTokens, read_declarations};

/// The pod between functions and MongoDB / RabbitMQ.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves functions until SIGTERM.
    Serve(serve::Serve),
    /// Works on events that a function refused too often.
    Dead(dead::Dead),
    /// Parses the configuration and the tokens and says what is wrong with them.
    CheckConfig(Config),
}

/// Where the configuration comes from. Tokens come from `MCOMMERCE_TOKEN_<FUNCTION>`, as `MCOMMERCE_TOKEN_PAY`.
#[derive(Args)]
struct Config {
    /// What the application declares, as `mcommerce bridge-config` prints it.
    #[arg(long, value_name = "FILE", env = "MCOMMERCE_CONFIG")]
    config: PathBuf,
}

/// Where the data is.
#[derive(Args)]
struct Backends {
    /// mongodb://… (a replica set) or sqlite:PATH.
    #[arg(long, value_name = "URL", env = "MCOMMERCE_STORE", hide_env_values = true)]
    store: String,
    /// amqp://… or `store`.
    #[arg(
        long,
        value_name = "URL",
        env = "MCOMMERCE_BROKER",
        hide_env_values = true,
        default_value = "store"
    )]
    broker: BrokerUrl,
    /// What the names of the exchange and of all queues begin with.
    #[arg(long, value_name = "NAME", env = "MCOMMERCE_BROKER_PREFIX", default_value = "mcommerce")]
    broker_prefix: String,
}

impl Config {
    fn read(&self, tokens: FunctionTokens) -> anyhow::Result<BridgeConfig> {
        Ok(BridgeConfig::new(read_declarations(&self.config)?, tokens)?)
    }
}

impl Arguments {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(serve) => serve.run().await,
            Command::Dead(dead) => dead.run().await,
            Command::CheckConfig(config) => {
                config.read(FunctionTokens::from_env())?;
                println!("the configuration is sound");
                Ok(())
            }
        }
    }
}
