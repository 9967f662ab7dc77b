//! Figures about the running shop: `/_dashboard` for people, `/_metrics` for Prometheus.
//!
//! Both are served on the shop's own address, because `mcommerce` runs the shop on one machine. Where that machine serves
//! the public, only the internal listener serves them.

mod page;

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Response};
use time::OffsetDateTime;
use wasmtime_wasi_http::WasiBody;

use crate::app::App;
use crate::metrics::Metrics;
use crate::outbound::Network;
use crate::own_page::{page, response};
use crate::server::OWN_PAGE_POLICY;
use crate::smtp::Inbox;
use page::{DashboardPage, Function};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The last line of the `OpenMetrics` format.
const END: &str = "# EOF\n";

/// How long to wait for the bridge's figures.
const BRIDGE_TIMEOUT: Duration = Duration::from_secs(1);

pub struct Dashboard {
    metrics: Arc<Metrics>,
    app: Arc<App>,
    inbox: Option<Arc<Inbox>>,
    network: Arc<Network>,
    bridge: Option<BridgeAddress>,
    since: OffsetDateTime,
}

pub(crate) struct BridgeAddress {
    pub(crate) url: String,
    /// Whether the bridge is in this process, so that `/_metrics` includes its metrics.
    pub(crate) here: bool,
}

impl Dashboard {
    pub(crate) fn new(
        metrics: Arc<Metrics>,
        app: Arc<App>,
        inbox: Option<Arc<Inbox>>,
        network: Arc<Network>,
        bridge: Option<BridgeAddress>,
    ) -> Self {
        Self { metrics, app, inbox, network, bridge, since: OffsetDateTime::now_utc() }
    }

    /// Answers `/_dashboard` and `/_metrics`. Returns `None` for any other path or method.
    pub async fn answer(&self, method: &Method, path: &str) -> Option<Response<WasiBody>> {
        if method != Method::GET && method != Method::HEAD {
            return None;
        }
        match path {
            "/_metrics" => Some(response(OPEN_METRICS, self.metrics().await, OWN_PAGE_POLICY)),
            "/_dashboard" | "/_dashboard/" => Some(self.page().await),
            _ => None,
        }
    }

    async fn metrics(&self) -> String {
        self.update_gauges();
        let mut text = self.metrics.encode();
        if let Some(bridge) = self.ask("/metrics", |bridge| bridge.here).await {
            text.truncate(text.trim_end_matches(END).len());
            text.push_str(&bridge);
        }
        text
    }

    async fn page(&self) -> Response<WasiBody> {
        self.update_gauges();
        let bridge = self.ask("/figures", |_| true).await;
        page(&DashboardPage {
            functions: self.app.components().map(Function::new).collect(),
            bridge: bridge.and_then(|text| serde_json::from_str(&text).ok()),
            mails: self.inbox.as_ref().map(|inbox| inbox.received()),
            since: self.since,
        })
    }

    fn update_gauges(&self) {
        for component in self.app.components() {
            component.update_in_flight();
        }
        if let Some(inbox) = &self.inbox {
            self.metrics.set_mails(inbox.received());
        }
    }

    /// Gets a text from the bridge. Returns `None` if the bridge is not wanted or does not answer in time.
    async fn ask(&self, route: &str, wanted: impl FnOnce(&BridgeAddress) -> bool) -> Option<String> {
        let bridge = self.bridge.as_ref().filter(|bridge| wanted(bridge))?;
        let uri = format!("{}{route}", bridge.url).parse().ok()?;
        tokio::time::timeout(BRIDGE_TIMEOUT, self.network.get_text(uri)).await.ok()?
    }
}
