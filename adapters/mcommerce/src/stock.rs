//! Fills an empty shop with the demo catalogue and accounts.

use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use mcommerce_bridge::Bridge;
use mcommerce_bridge::store::Store;

use crate::accounts::{DemoAccounts, ensure_admin, ensure_shopper};
use crate::demo;
use crate::secrets::Secrets;

/// How long to wait until the bridge is ready.
const BRIDGE_TIMEOUT: Duration = Duration::from_mins(1);

/// How often an external bridge is polled.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Waits until the bridge is ready, in this process or at `url`.
pub(crate) async fn wait_for_bridge(bridge: Option<&Bridge>, url: Option<&str>) -> anyhow::Result<()> {
    let ready = async {
        match (bridge, url) {
            (Some(bridge), _) => bridge.ready().await,
            (None, Some(url)) => poll_until_ready(url).await?,
            (None, None) => {}
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(BRIDGE_TIMEOUT, ready).await.with_context(|| {
        format!("the bridge or its store was not ready within {} s", BRIDGE_TIMEOUT.as_secs())
    })?
}

/// Waits until an external bridge is ready. Fails after a minute.
pub async fn bridge_ready(url: &str) -> anyhow::Result<()> {
    wait_for_bridge(None, Some(url)).await
}

async fn poll_until_ready(url: &str) -> anyhow::Result<()> {
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let uri: http::Uri =
        format!("{url}/readyz").parse().with_context(|| format!("{url} is not a valid URL"))?;
    loop {
        if client.get(uri.clone()).await.is_ok_and(|response| response.status().is_success()) {
            return Ok(());
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Adds the demo catalogue to an empty shop, and creates missing demo accounts.
pub async fn stock_empty(store: &dyn Store, secrets: &Secrets) -> anyhow::Result<DemoAccounts> {
    demo::load_if_empty(store).await?;
    let shopper = ensure_shopper(store, secrets.demo_password()).await?;
    let admin = ensure_admin(store).await?;
    Ok(DemoAccounts { admin, shopper: Some(shopper) })
}
