//! Commands and their options.

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

/// The whole shop on one machine.
#[derive(Parser)]
#[command(name = "mcommerce", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the shop; Ctrl-C stops it.
    Up(ShopOptions),
    /// Start the shop, rebuild and swap functions as they change, and serve the page with hot reload.
    Dev(ShopOptions),
    /// Build the functions, and compile them for this machine.
    Build(build::BuildOptions),
    /// Compile functions that are built for this machine, so that the next start finds them ready.
    Compile(PlaceOptions),
    /// Measure how long a fresh instance of each function takes.
    Instances(PlaceOptions),
    /// Put the demo catalogue and the demo accounts into an empty store.
    Stock(stock::StockOptions),
    /// Catch mails and show them on a page, beside functions that run elsewhere; Ctrl-C stops it.
    Inbox(inbox::InboxOptions),
    /// Print the shop's secrets as shell variables, for `spin up` and `mcommerce-bridge`.
    Env(PlaceOptions),
    /// Print what a bridge of this shop is told, for `mcommerce-bridge --config`.
    BridgeConfig(PlaceOptions),
}

#[derive(Args, Clone)]
struct PlaceOptions {
    /// The application.
    #[arg(long, value_name = "FILE", default_value = "spin.toml")]
    manifest: PathBuf,
    /// Where the store, secrets and mails are kept.
    #[arg(long, value_name = "DIR", default_value = ".mcommerce")]
    data: PathBuf,
}

#[derive(Args, Clone)]
struct ShopOptions {
    #[command(flatten)]
    place: PlaceOptions,
    /// `sqlite:PATH` or `mongodb://…`; a file in the data folder by default.
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// `amqp://…`, or `store` for the store itself.
    #[arg(long, value_name = "URL", default_value = "store")]
    broker: String,
    /// What the names of the exchange and of all queues begin with.
    #[arg(long, value_name = "NAME", default_value = "mcommerce")]
    broker_prefix: String,
    /// A bridge that runs elsewhere, instead of one in this process.
    #[arg(long, value_name = "URL")]
    bridge: Option<String>,
    /// A mail server, instead of one in this process that shows mails and delivers none.
    #[arg(long, value_name = "HOST:PORT")]
    smtp: Option<String>,
    /// Where the mail server in this process listens.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3025", conflicts_with = "smtp")]
    smtp_listen: SocketAddr,
    /// Where the shop listens.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Where events are taken from a bridge that runs elsewhere.
    #[arg(long, value_name = "ADDR")]
    internal_listen: Option<SocketAddr>,
    /// How many requests one instance of a function serves at the same time. More spare memory; but when an instance
    /// panics, all its requests fail. Named as in `spin up`.
    #[arg(long, value_name = "N", default_value = "1")]
    max_instance_concurrent_reuse_count: NonZeroUsize,
    /// The build profile whose functions are run.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Show browsers neither `/_dashboard` nor `/_metrics`; the internal listener has them still.
    #[arg(long)]
    no_dashboard: bool,
    /// Leave the store as it is: no demo catalogue, no demo accounts.
    #[arg(long)]
    no_demo: bool,
    /// Say where everything is as one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command of this process' arguments.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    mcommerce_telemetry::log_to_stderr("MCOMMERCE_LOG", "warn");
    let done = match cli.command {
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
    match done {
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
