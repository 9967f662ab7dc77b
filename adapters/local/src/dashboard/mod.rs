//! What the shop does just now: `/_dashboard` for a person, `/_metrics` for Prometheus.
//!
//! Both are for whoever runs the shop and are served beside the inbox, on the same listeners: `mcommerce` is the shop on
//! one machine. Where that machine serves the public, they are left to the internal listener alone.

mod page;

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Response};
use time::OffsetDateTime;
use wasmtime_wasi_http::WasiBody;

use crate::app::App;
use crate::metrics::HostMetrics;
use crate::outbound::Network;
use crate::own_page::{page, response};
use crate::server::OWN_PAGE_POLICY;
use crate::smtp::Inbox;
use page::{DashboardPage, Function};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What ends a text of metrics.
const END: &str = "# EOF\n";

/// How long the page waits for what the bridge counts.
const BRIDGE_TIME: Duration = Duration::from_secs(1);

/// Shows what is counted.
pub struct Dashboard {
    metrics: Arc<HostMetrics>,
    app: Arc<App>,
    inbox: Option<Arc<Inbox>>,
    network: Arc<Network>,
    bridge: Option<BridgeAddress>,
    since: OffsetDateTime,
}

/// The bridge, which says what it counts.
pub(crate) struct BridgeAddress {
    /// Its base URL.
    pub(crate) url: String,
    /// Whether it is in this process, so that its metrics are part of this program's.
    pub(crate) here: bool,
}

impl Dashboard {
    pub(crate) fn new(
        metrics: Arc<HostMetrics>,
        app: Arc<App>,
        inbox: Option<Arc<Inbox>>,
        network: Arc<Network>,
        bridge: Option<BridgeAddress>,
    ) -> Self {
        Self { metrics, app, inbox, network, bridge, since: OffsetDateTime::now_utc() }
    }

    /// Answers `/_dashboard` and `/_metrics`; `None` for any other path or method.
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
        self.count();
        let mut text = self.metrics.encode();
        if let Some(of_bridge) = self.ask("/metrics", |bridge| bridge.here).await {
            text.truncate(text.trim_end_matches(END).len());
            text.push_str(&of_bridge);
        }
        text
    }

    async fn page(&self) -> Response<WasiBody> {
        self.count();
        let bridge = self.ask("/figures", |_| true).await;
        page(&DashboardPage {
            functions: self.app.components().map(Function::new).collect(),
            bridge: bridge.and_then(|text| serde_json::from_str(&text).ok()),
            mails: self.inbox.as_ref().map(|inbox| inbox.received()),
            since: self.since,
        })
    }

    /// Counts what is only known by asking.
    fn count(&self) {
        for component in self.app.components() {
            component.count_in_flight();
        }
        if let Some(inbox) = &self.inbox {
            self.metrics.set_mails(inbox.received());
        }
    }

    /// What the bridge answers on a route, if it is one of these and does so in time.
    async fn ask(&self, route: &str, wanted: impl FnOnce(&BridgeAddress) -> bool) -> Option<String> {
        let bridge = self.bridge.as_ref().filter(|bridge| wanted(bridge))?;
        let uri = format!("{}{route}", bridge.url).parse().ok()?;
        tokio::time::timeout(BRIDGE_TIME, self.network.read(uri)).await.ok()?
    }
}
