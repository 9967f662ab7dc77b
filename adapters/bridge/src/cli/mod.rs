mod dead;
#[cfg(test)]
mod documented;
mod options;
mod serve;
mod topology;

use clap::{Parser, Subcommand};
use mcommerce_bridge::FunctionTokens;

use options::Config;

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
    Serve(Box<serve::Serve>),
    /// Lists, replays or drops events that a function refused too often.
    Dead(Box<dead::Dead>),
    /// Lists or deletes queues of RabbitMQ that are no longer used.
    Topology(Box<topology::Topology>),
    /// Checks the configuration and the tokens.
    CheckConfig(Config),
}

impl Arguments {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(serve) => serve.run().await,
            Command::Dead(dead) => dead.run().await,
            Command::Topology(topology) => topology.run().await,
            Command::CheckConfig(config) => {
                config.read(FunctionTokens::from_env())?;
                println!("the configuration is valid");
                Ok(())
            }
        }
    }
}
