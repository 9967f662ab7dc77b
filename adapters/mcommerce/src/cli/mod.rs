//! The command line.

mod build;
mod dev;
mod env;
mod inbox;
mod instances;
mod output;
mod stock;
mod up;
mod watch;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use mcommerce_bridge::BrokerPrefix;

/// What is logged unless `LOG_LEVEL` says otherwise.
const DEFAULT_LOG: &str = "warn";

/// The whole shop on one machine.
#[derive(Parser)]
#[command(name = "mcommerce", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the shop and serve until Ctrl-C.
    Up(ShopOptions),
    /// Start the shop, rebuild and swap functions when they change, and serve the page with hot reload.
    Dev(ShopOptions),
    /// Build the functions and compile them for this machine.
    Build(build::BuildOptions),
    /// Compile built functions for this machine, so that the next start is fast.
    Compile(PlaceOptions),
    /// Measure how long each function takes to instantiate.
    Instances(PlaceOptions),
    /// Add the demo catalogue and demo accounts to an empty store.
    Stock(stock::StockOptions),
    /// Catch mails and show them on a page until Ctrl-C, for functions that run elsewhere.
    Inbox(inbox::InboxOptions),
    /// Print the shop's secrets as shell variables, for `spin up` and `mcommerce-bridge`.
    Env(PlaceOptions),
    /// Print the configuration for `mcommerce-bridge --config`.
    BridgeConfig(PlaceOptions),
}

#[derive(Args, Clone)]
struct PlaceOptions {
    /// Manifest of the application.
    #[arg(long, value_name = "FILE", default_value = "spin.toml")]
    manifest: PathBuf,
    /// Folder for the store, secrets and mails.
    #[arg(long, value_name = "DIR", default_value = ".mcommerce")]
    data: PathBuf,
}

#[derive(Args, Clone)]
struct ShopOptions {
    #[command(flatten)]
    place: PlaceOptions,
    /// Store: `sqlite:PATH` or `mongodb://…`; a file in the data folder by default.
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// Broker: `amqp://…`, or `store` to deliver events from the store.
    #[arg(long, value_name = "URL", default_value = "store")]
    broker: String,
    /// Prefix for the names of the exchange and all queues.
    #[arg(long, value_name = "NAME", default_value_t = BrokerPrefix::default())]
    broker_prefix: BrokerPrefix,
    /// External bridge to use instead of one in this process.
    #[arg(long, value_name = "URL")]
    bridge: Option<String>,
    /// Mail server to use instead of the inbox, which catches all mails.
    #[arg(long, value_name = "HOST:PORT")]
    smtp: Option<String>,
    /// Address of the inbox's mail server.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3025", conflicts_with = "smtp")]
    smtp_listen: SocketAddr,
    /// Address of the shop.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Address where an external bridge delivers events.
    #[arg(long, value_name = "ADDR")]
    internal_listen: Option<SocketAddr>,
    /// Number of requests that an instance serves concurrently. Higher numbers save memory, but if an instance panics, all
    /// its requests fail. The option is named as in `spin up`.
    #[arg(long, value_name = "N", default_value = "1")]
    max_instance_concurrent_reuse_count: NonZeroUsize,
    /// Build profile of the functions to run.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Serve `/_dashboard` and `/_metrics` only at the internal address.
    #[arg(long)]
    no_dashboard: bool,
    /// Don't add the demo catalogue and demo accounts.
    #[arg(long)]
    no_demo: bool,
    /// Print addresses and accounts as one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Parses the arguments and runs the command.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    // These two also export spans, which needs a runtime.
    if !matches!(cli.command, Command::Up(_) | Command::Dev(_)) {
        mcommerce_telemetry::log_to_stderr(DEFAULT_LOG);
    }
    let result = match cli.command {
        Command::Env(place) => env::print(&place),
        Command::BridgeConfig(place) => env::print_bridge_config(&place),
        Command::Build(options) => in_runtime(build::build(options)),
        Command::Compile(place) => build::compile_functions(&place, None),
        Command::Instances(place) => in_runtime(instances::measure(place)),
        Command::Stock(options) => in_runtime(stock::stock(options)),
        Command::Inbox(options) => in_runtime(inbox::inbox(options)),
        Command::Up(options) => in_runtime(up::up(options)),
        Command::Dev(options) => in_runtime(dev::dev(options)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mcommerce: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn in_runtime(task: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(task)
}
