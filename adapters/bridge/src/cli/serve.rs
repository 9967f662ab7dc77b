use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use axum::serve::ListenerExt as _;
use clap::Args;
use mcommerce_bridge::{Bridge, FunctionTokens, HttpDeliver, PositiveDuration, Settings, open_store_with};
use mcommerce_telemetry::Telemetry;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::options::{Backends, Config};

/// What is logged unless `LOG_LEVEL` says otherwise: not the requests that succeed, and nothing from the AMQP library,
/// which calls every lost connection an error that the bridge reports in its own words.
const DEFAULT_LOG: &str = "info,mcommerce_bridge::access=off,lapin=off";

#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    config: Config,
    #[command(flatten)]
    backends: Backends,
    /// The address to listen on, which is printed; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", env = "MCOMMERCE_LISTEN", default_value = "127.0.0.1:3010")]
    listen: SocketAddr,
    /// The base URL that events are posted to.
    #[arg(
        long,
        value_name = "URL",
        env = "MCOMMERCE_FUNCTIONS_URL",
        default_value = "http://127.0.0.1:3000"
    )]
    functions_url: String,
    /// Base URLs of functions that are elsewhere, NAME=URL, joined by commas.
    #[arg(long, value_name = "NAME=URL", env = "MCOMMERCE_FUNCTION_URLS", value_delimiter = ',', value_parser = named_url)]
    function_url: Vec<(String, String)>,
    /// How long a function may take to accept a connection for an event.
    #[arg(
        long,
        value_name = "DURATION",
        env = "MCOMMERCE_DELIVERY_CONNECT_TIMEOUT",
        default_value_t = PositiveDuration::from_secs(2)
    )]
    delivery_connect_timeout: PositiveDuration,
    /// Leave publishing events to another bridge.
    #[arg(long, env = "MCOMMERCE_NO_RELAY")]
    no_relay: bool,
    #[command(flatten)]
    settings: Settings,
}

fn named_url(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, url)) if url.starts_with("http://") => Ok((name.to_owned(), url.to_owned())),
        _ => Err("must be NAME=http://HOST:PORT".into()),
    }
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let telemetry = Telemetry::start("mcommerce-bridge", DEFAULT_LOG)?;
        let mut config = self.config.read(FunctionTokens::from_env())?;
        config.settings =
            Settings { relay: !self.no_relay, broker_prefix: self.backends.broker_prefix, ..self.settings };
        let drain_timeout = config.settings.drain_timeout.get();
        let store = open_store_with(&self.backends.store, self.backends.settings)?;
        let deliver = HttpDeliver::new(
            self.function_url.into_iter().collect(),
            self.functions_url,
            self.delivery_connect_timeout,
        );
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let listener =
            TcpListener::bind(self.listen).await.with_context(|| format!("listen on {}", self.listen))?;
        println!("mcommerce-bridge listens on http://{}", listener.local_addr()?);
        let bridge = Bridge::start(config, store, self.backends.broker, Arc::new(deliver)).await;

        let stop = CancellationToken::new();
        // Connections whose delay a failure here would cause are only slower, so it is no reason to refuse them.
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        let server =
            axum::serve(listener, bridge.router()).with_graceful_shutdown(stop.clone().cancelled_owned());
        let mut server = tokio::spawn(server.into_future());
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            ended = &mut server => return Err(anyhow!("the server ended by itself: {ended:?}")),
        }
        tracing::info!("shutting down");
        let drain = async {
            bridge.finish_deliveries().await;
            stop.cancel();
            bridge.shutdown().await;
            server.await
        };
        if tokio::time::timeout(drain_timeout, drain).await.is_err() {
            tracing::warn!("not everything in flight was finished in time");
        }
        telemetry.shutdown().await;
        Ok(())
    }
}
