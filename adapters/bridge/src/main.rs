//! `mcommerce-bridge`: serves functions, manages dead letters, checks a configuration.

mod cli;

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::Arguments::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mcommerce-bridge: {error:#}");
            ExitCode::FAILURE
        }
    }
}
