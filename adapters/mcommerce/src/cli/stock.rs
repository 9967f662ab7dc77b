use std::io::Write as _;

use application::Application;
use clap::Args;
use mcommerce::secrets::Secrets;
use mcommerce::{bridge_ready, stock_empty};
use mcommerce_bridge::open_store;

use super::{PlaceOptions, output};

#[derive(Args)]
pub(super) struct StockOptions {
    #[command(flatten)]
    place: PlaceOptions,
    /// Store: `sqlite:PATH` or `mongodb://…`; a file in the data folder by default.
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// Bridge that uses the store. Must be ready first, because it creates the collections.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3010")]
    bridge: String,
}

/// Adds the demo catalogue and accounts to a bridge's store, and prints the accounts.
pub(super) async fn stock(options: StockOptions) -> anyhow::Result<()> {
    let StockOptions { place, store, bridge } = options;
    let application = Application::load(&place.manifest)?;
    let secrets = Secrets::load_or_generate(&place.data, &application)?;
    let store = store.unwrap_or_else(|| format!("sqlite:{}", place.data.join("shop.db").display()));
    bridge_ready(bridge.trim_end_matches('/')).await?;
    let accounts = stock_empty(open_store(&store)?.as_ref(), &secrets).await?;
    std::io::stdout().write_all(output::accounts(&accounts).as_bytes())?;
    Ok(())
}
