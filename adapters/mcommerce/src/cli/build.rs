use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitStatus;

use anyhow::Context as _;
use application::Application;
use clap::Args;
use mcommerce::ShopConfig;
use mcommerce::runtime::Runtime;
use tokio::process::Command;

use super::PlaceOptions;

const TARGET: &str = "wasm32-wasip2";

#[derive(Args)]
pub(super) struct BuildOptions {
    #[command(flatten)]
    place: PlaceOptions,
    /// Build profile.
    #[arg(long, value_name = "NAME", default_value = "function")]
    profile: String,
}

/// Builds all functions in one run of cargo, then compiles them for this machine.
pub(super) async fn build(options: BuildOptions) -> anyhow::Result<()> {
    let application = Application::load(&options.place.manifest)?;
    let names = application.components.keys().map(ToString::to_string).collect();
    let built = cargo_build(&application.folder, &options.profile, &names, &[])
        .await
        .context("can't run cargo: install Rust from https://rustup.rs")?;
    anyhow::ensure!(built.success(), "the functions don't build");
    compile_functions(&options.place, Some(&options.profile))
}

/// Compiles all components into the shop's cache and prints the progress.
pub(super) fn compile_functions(place: &PlaceOptions, profile: Option<&str>) -> anyhow::Result<()> {
    let config = ShopConfig::new(&place.manifest, &place.data);
    let application = Application::load(&config.manifest)?;
    let runtime = Runtime::new()?;
    let count = application.components.len();
    for (index, (name, component)) in application.components.iter().enumerate() {
        println!("   {:>3} of {count} {name}", index + 1);
        runtime.compile(&component.source_in_profile(profile), &config.cache)?;
    }
    Ok(())
}

/// Runs `cargo build` for functions, with further arguments.
pub(super) async fn cargo_build(
    folder: &Path,
    profile: &str,
    names: &BTreeSet<String>,
    arguments: &[&str],
) -> std::io::Result<ExitStatus> {
    Command::new("cargo")
        .args(["build", "--profile", profile, "--target", TARGET])
        .args(arguments)
        .args(names.iter().flat_map(|name| ["-p", name]))
        .current_dir(folder)
        .kill_on_drop(true)
        .status()
        .await
}
