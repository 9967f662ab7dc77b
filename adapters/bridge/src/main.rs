//! `mcommerce-bridge`: serves functions, works on dead letters, checks a configuration.

mod cli;

use clap::Parser as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    cli::Arguments::parse().run().await
}
