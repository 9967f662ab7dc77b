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
use super::{ShopOptions, output, up};

/// The profile of the edit loop.
const PROFILE: &str = "quick";
/// Where the page's own server listens.
const PAGE: &str = "http://127.0.0.1:5173";

/// Starts a shop, and takes up functions and the page as they change.
pub(super) async fn dev(options: ShopOptions) -> anyhow::Result<()> {
    let telemetry = Telemetry::from_env("mcommerce")?;
    let mut config = up::config(&options)?;
    config.tracer = telemetry.tracer("mcommerce");
    let profile = config.profile.get_or_insert_with(|| PROFILE.to_owned()).clone();
    config.missing_folders = MissingFolders::Skip;
    let shop = Shop::start(config).await?;
    let folder = shop.application().folder.clone();
    let page = serve_page(&folder.join("frontend"), shop.url())?;
    println!("{}", output::greeting(&shop, &options.place.data, page.as_ref().map(|_| PAGE)));

    let mut watch = Watch::new(&folder.join("functions")).context("functions can't be watched")?;
    let functions: BTreeSet<String> = shop.application().components.keys().map(ToString::to_string).collect();
    tokio::select! {
        told = up::told_to_stop() => told?,
        () = async {
            while let Some(changed) = watch.next().await {
                let names = match affected(&changed, &functions) {
                    Affected::Some(names) => names,
                    Affected::All => functions.clone(),
                };
                renew(&folder, &profile, shop.app(), &names).await;
            }
        } => {}
    }
    shop.shutdown().await;
    telemetry.shutdown().await;
    Ok(())
}

/// Builds functions and puts them to work. What goes wrong is said, and the old ones go on.
async fn renew(folder: &Path, profile: &str, app: &Arc<App>, names: &BTreeSet<String>) {
    let begun = Instant::now();
    match cargo_build(folder, profile, names, &["--quiet", "--keep-going"]).await {
        Ok(status) if status.success() => {}
        Ok(_) => return eprintln!("mcommerce: not built; the functions as they were go on"),
        Err(error) => return eprintln!("mcommerce: cargo can't be run: {error}"),
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
        let what = if names.len() > 3 {
            "all functions".to_owned()
        } else {
            Vec::from_iter(names.clone()).join(", ")
        };
        println!("  {what}: swapped after {:.1} s", begun.elapsed().as_secs_f32());
    }
}

/// Starts the page's own server, which asks the shop for everything that is no page.
fn serve_page(folder: &Path, shop: &str) -> anyhow::Result<Option<Child>> {
    if !folder.join("package.json").is_file() {
        return Ok(None);
    }
    let program = folder.join("node_modules/.bin/vite");
    if !program.is_file() {
        eprintln!("mcommerce: the page is not served: run `npm ci` in {} first", folder.display());
        return Ok(None);
    }
    // Not through npm, which would leave the server behind when it is killed.
    let server = Command::new(std::path::absolute(program)?)
        .args(["--host", "127.0.0.1", "--port", "5173", "--strictPort"])
        .env("SHOP_URL", shop)
        .current_dir(folder)
        .kill_on_drop(true)
        .spawn()
        .context("the page's server can't be run: install Node.js 20 or newer from https://nodejs.org")?;
    Ok(Some(server))
}
