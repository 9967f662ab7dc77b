mod dead;
mod options;
mod serve;

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
    Serve(serve::Serve),
    /// Works on events that a function refused too often.
    Dead(dead::Dead),
    /// Parses the configuration and the tokens and says what is wrong with them.
    CheckConfig(Config),
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
