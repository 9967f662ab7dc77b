//! `cargo xtask`: generates files from `spin.toml`, `domain.toml` and the handlers, and creates endpoints.

mod dashboards;
mod files;
mod generate;
mod new;
mod templates;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use application::Application;
use clap::{Parser, Subcommand};

/// Generates files and creates endpoints.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write manifests, the mesh, the OpenAPI document, the page's types, dashboards and docs/functions.md.
    Generate {
        /// Write nothing, but fail and list the files that are out of date.
        #[arg(long)]
        check: bool,
    },
    /// Create an endpoint: its folder, and its stanza in spin.toml.
    New(new::Options),
    /// Print the components as options for cargo: `-p pay -p login`.
    Functions {
        /// Print the `.wasm` files instead, one per line.
        #[arg(long)]
        sources: bool,
    },
    /// Read bridges' logs from standard input, and fail if grants were never used, listing them.
    UnusedGrants,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let root = root()?;
    match command {
        Command::Generate { check } => generate::generate(&root, check),
        Command::New(options) => new::create(&root, &options),
        Command::Functions { sources } => {
            print_functions(&Application::load(&root.join("spin.toml"))?, sources);
            Ok(())
        }
        Command::UnusedGrants => unused_grants(&Application::load(&root.join("spin.toml"))?),
    }
}

/// The root of the checkout. Read at run time, because cargo may have built this program in another checkout.
fn root() -> anyhow::Result<PathBuf> {
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR").context("run this as `cargo xtask`")?;
    let xtask = PathBuf::from(xtask);
    Ok(xtask.parent().context("xtask has no parent folder")?.to_owned())
}

fn print_functions(application: &Application, sources: bool) {
    for (name, component) in &application.components {
        if sources {
            let source = component.source.strip_prefix(&application.folder).unwrap_or(&component.source);
            println!("{}", source.display());
        } else {
            print!("-p {name} ");
        }
    }
    if !sources {
        println!();
    }
}

/// Compares grants with logs, where bridges log the first use of each grant.
fn unused_grants(application: &Application) -> anyhow::Result<()> {
    let log = std::io::read_to_string(std::io::stdin())?;
    let used = |function: &str, grant: &str| {
        let (function, grant) = (format!("\"function\":\"{function}\""), format!("\"grant\":\"{grant}\""));
        log.lines().any(|line| line.contains(&function) && line.contains(&grant))
    };
    let unused: Vec<String> = application
        .declarations()
        .granted()
        .flat_map(|(function, grants)| grants.iter().map(move |grant| (function, grant.to_string())))
        .filter(|(function, grant)| !used(function, grant))
        .map(|(function, grant)| format!("{function}: {grant}"))
        .collect();
    anyhow::ensure!(
        unused.is_empty(),
        "no test used these grants; remove them from spin.toml:\n{}",
        unused.join("\n")
    );
    Ok(())
}
