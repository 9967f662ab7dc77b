use anyhow::Context as _;
use mcommerce::{BridgeAt, MailTo, Shop, ShopConfig};
use mcommerce_bridge::Settings;
use mcommerce_telemetry::Telemetry;
use tokio::signal::unix::{SignalKind, signal};

use super::{DEFAULT_LOG, ShopOptions, output};

/// Runs a shop until it receives a stop signal.
pub(super) async fn up(options: ShopOptions) -> anyhow::Result<()> {
    let telemetry = Telemetry::start("mcommerce", DEFAULT_LOG)?;
    let shop = Shop::start(config(&options)?).await?;
    if options.json {
        println!("{}", output::json_line(&shop));
    } else {
        println!("{}", output::greeting(&shop, &options.place.data, None));
    }
    stop_signal().await?;
    shop.shutdown().await;
    telemetry.shutdown().await;
    Ok(())
}

/// Converts the options to a configuration.
pub(super) fn config(options: &ShopOptions) -> anyhow::Result<ShopConfig> {
    let mut config = ShopConfig::new(&options.place.manifest, &options.place.data);
    config.listen = options.listen;
    config.internal_listen = options.internal_listen;
    config.profile.clone_from(&options.profile);
    config.limits.concurrent = options.max_instance_concurrent_reuse_count.get();
    config.demo = !options.no_demo;
    config.dashboard = !options.no_dashboard;
    config.environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    config.mail = match &options.smtp {
        None => MailTo::Inbox(options.smtp_listen),
        Some(server) => {
            let (host, port) = server.rsplit_once(':').context("--smtp must be HOST:PORT")?;
            MailTo::Server { host: host.to_owned(), port: port.parse().context("--smtp must be HOST:PORT")? }
        }
    };
    config.bridge = match &options.bridge {
        Some(url) => BridgeAt::Elsewhere { url: url.clone(), store: options.store.clone() },
        None => BridgeAt::Here {
            store: options.store.clone(),
            broker: options.broker.clone(),
            settings: Settings { broker_prefix: options.broker_prefix.clone(), ..Settings::default() },
        },
    };
    Ok(config)
}

/// Waits for Ctrl-C or SIGTERM.
pub(super) async fn stop_signal() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
