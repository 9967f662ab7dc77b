use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitStatus;

use anyhow::Context as _;
use application::Application;
use clap::Args;
use mcommerce::ShopConfig;
use mcommerce::runtime::{Runtime, compile};
use tokio::process::Command;

use super::PlaceOptions;

/// The target that functions are built for.
const TARGET: &str = "wasm32-wasip2";

/// How functions are built, and where they are put once they are compiled.
#[derive(Args)]
pub(super) struct BuildOptions {
    #[command(flatten)]
    place: PlaceOptions,
    /// The build profile.
    #[arg(long, value_name = "NAME", default_value = "function")]
    profile: String,
}

/// Builds every function in one run of cargo, and compiles it for this machine.
pub(super) async fn build(options: BuildOptions) -> anyhow::Result<()> {
    let application = Application::load(&options.place.manifest)?;
    let names = application.components.keys().map(ToString::to_string).collect();
    let built = cargo_build(&application.folder, &options.profile, &names, &[])
        .await
        .context("cargo can't be run: install Rust from https://rustup.rs")?;
    anyhow::ensure!(built.success(), "the functions could not be built");
    compile_functions(&options.place, Some(&options.profile))
}

/// Compiles every component into the cache that a shop started from here uses, and says how far it is.
pub(super) fn compile_functions(place: &PlaceOptions, profile: Option<&str>) -> anyhow::Result<()> {
    let config = ShopConfig::new(&place.manifest, &place.data);
    let application = Application::load(&config.manifest)?;
    let runtime = Runtime::new()?;
    let count = application.components.len();
    for (at, (name, component)) in application.components.iter().enumerate() {
        println!("   {:>3} of {count} {name}", at + 1);
        compile(&runtime, &component.source_in_profile(profile), &config.cache)?;
    }
    Ok(())
}

/// Has cargo build functions, told in its own words what else it is to do.
pub(super) async fn cargo_build(
    folder: &Path,
    profile: &str,
    names: &BTreeSet<String>,
    more: &[&str],
) -> std::io::Result<ExitStatus> {
    Command::new("cargo")
        .args(["build", "--profile", profile, "--target", TARGET])
        .args(more)
        .args(names.iter().flat_map(|name| ["-p", name]))
        .current_dir(folder)
        .kill_on_drop(true)
        .status()
        .await
}
