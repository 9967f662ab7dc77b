use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use mcommerce::app::App;
use mcommerce::{MissingFolders, Shop};
use mcommerce_telemetry::Telemetry;
use tokio::process::{Child, Command};

use super::build::cargo_build;
use super::watch::{Affected, Watch, affected};
use super::{DEFAULT_LOG, ShopOptions, output, up};

const DEFAULT_PROFILE: &str = "quick";
/// The URL of the page's development server.
const PAGE: &str = "http://127.0.0.1:5173";

/// Starts a shop, and swaps functions and the page when they change.
pub(super) async fn dev(options: ShopOptions) -> anyhow::Result<()> {
    let telemetry = Telemetry::start("mcommerce", DEFAULT_LOG)?;
    let mut config = up::config(&options)?;
    let profile = config.profile.get_or_insert_with(|| DEFAULT_PROFILE.to_owned()).clone();
    config.missing_folders = MissingFolders::Skip;
    let shop = Shop::start(config).await?;
    let folder = shop.application().folder.clone();
    let page = serve_page(&folder.join("frontend"), shop.url())?;
    println!("{}", output::greeting(&shop, &options.place.data, page.as_ref().map(|_| PAGE)));

    let mut watch = Watch::new(&folder.join("functions")).context("can't watch the functions")?;
    let functions: BTreeSet<String> = shop.application().components.keys().map(ToString::to_string).collect();
    tokio::select! {
        stopped = up::stop_signal() => stopped?,
        () = async {
            while let Some(changed) = watch.next().await {
                let names = match affected(&changed, &functions) {
                    Affected::Some(names) => names,
                    Affected::All => functions.clone(),
                };
                rebuild(&folder, &profile, shop.app(), &names).await;
            }
        } => {}
    }
    shop.shutdown().await;
    telemetry.shutdown().await;
    Ok(())
}

/// Builds functions and swaps them in. Prints errors and keeps the old ones running.
async fn rebuild(folder: &Path, profile: &str, app: &Arc<App>, names: &BTreeSet<String>) {
    let started = Instant::now();
    match cargo_build(folder, profile, names, &["--quiet", "--keep-going"]).await {
        Ok(status) if status.success() => {}
        Ok(_) => return eprintln!("mcommerce: build failed; the old functions keep running"),
        Err(error) => return eprintln!("mcommerce: can't run cargo: {error}"),
    }
    let (app, wanted) = (Arc::clone(app), names.clone());
    let swapped = tokio::task::spawn_blocking(move || {
        for component in app.components().filter(|component| wanted.contains(component.name())) {
            if let Err(error) = component.reload() {
                eprintln!("mcommerce: {}: {error}", component.name());
            }
        }
    });
    if swapped.await.is_ok() {
        let label = if names.len() > 3 {
            "all functions".to_owned()
        } else {
            Vec::from_iter(names.clone()).join(", ")
        };
        println!("  {label}: swapped in {:.1} s", started.elapsed().as_secs_f32());
    }
}

/// Starts the page's development server, which forwards other requests to the shop.
fn serve_page(folder: &Path, shop: &str) -> anyhow::Result<Option<Child>> {
    if !folder.join("package.json").is_file() {
        return Ok(None);
    }
    let program = folder.join("node_modules/.bin/vite");
    if !program.is_file() {
        eprintln!("mcommerce: can't serve the page: run `npm ci` in {} first", folder.display());
        return Ok(None);
    }
    // Not through npm, because killing npm would leave the server running.
    let server = Command::new(std::path::absolute(program)?)
        .args(["--host", "127.0.0.1", "--port", "5173", "--strictPort"])
        .env("SHOP_URL", shop)
        .current_dir(folder)
        .kill_on_drop(true)
        .spawn()
        .context("can't run the page's server: install Node.js 20 or newer from https://nodejs.org")?;
    Ok(Some(server))
}
