use std::sync::Arc;
use std::time::{Duration, Instant};

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::ShortString;
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::names::Names;
use crate::backoff::Backoff;
use crate::config::{BackoffSettings, Settings};
use crate::error_chain::Chain;
use crate::events::error::BrokerError;
use crate::metrics::Metrics;
use crate::urls::AmqpUrl;
use application::Subscriptions;

const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
const WATCH_INTERVAL: Duration = Duration::from_millis(500);
/// After a connection that lasted this long, the back-off starts over.
const GOOD_AFTER: Duration = Duration::from_secs(10);

/// A connection on which all queues are declared, and a channel that confirms what is published.
pub(super) struct Live {
    connection: Connection,
    publisher: Channel,
    broken: CancellationToken,
    /// How long the broker may take to connect, to declare the queues, or to confirm an event.
    timeout: Duration,
}

/// A broker connection that reconnects indefinitely.
pub(super) struct Link {
    url: AmqpUrl,
    live: watch::Sender<Option<Arc<Live>>>,
    metrics: Arc<Metrics>,
    timeout: Duration,
    backoff: BackoffSettings,
}

impl Live {
    pub(super) async fn connect(url: &AmqpUrl, limit: Duration) -> Result<Self, BrokerError> {
        let connect = async {
            let name = ConnectionProperties::default().with_connection_name("mcommerce-bridge".into());
            let connection = Connection::connect_uri(url.to_uri(), name).await?;
            let publisher = connection.create_channel().await?;
            publisher.confirm_select(ConfirmSelectOptions::default()).await?;
            Ok::<_, lapin::Error>(Self {
                connection,
                publisher,
                broken: CancellationToken::new(),
                timeout: limit,
            })
        };
        match timeout(limit, connect).await {
            Ok(connected) => Ok(connected?),
            Err(_) => Err(BrokerError::ConnectTimedOut),
        }
    }

    pub(super) async fn channel(&self) -> Result<Channel, BrokerError> {
        Ok(self.connection.create_channel().await?)
    }

    /// Publishes a message and waits for the confirmation. With `mandatory`, it must reach a queue.
    pub(super) async fn publish(
        &self,
        exchange: String,
        routing_key: &str,
        mandatory: bool,
        payload: &[u8],
        properties: BasicProperties,
    ) -> Result<(), BrokerError> {
        let options = BasicPublishOptions { mandatory, immediate: false };
        let publish = async {
            let key = ShortString::from(routing_key);
            self.publisher.basic_publish(exchange.into(), key, options, payload, properties).await?.await
        };
        match timeout(self.timeout, publish).await {
            Ok(Ok(Confirmation::Ack(None))) => Ok(()),
            Ok(Ok(Confirmation::Ack(Some(_)))) => Err(BrokerError::Unroutable),
            Ok(Ok(_)) => Err(BrokerError::NotConfirmed),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(BrokerError::ConfirmTimedOut),
        }
    }

    /// Closes the connection after an error, so that a new one is made.
    pub(super) fn fail(&self) {
        self.broken.cancel();
    }

    pub(super) async fn close(&self) {
        self.broken.cancel();
        // If the broker is gone, there is nothing to close.
        let _ = timeout(CLOSE_TIMEOUT, self.connection.close(200, "OK".into())).await;
    }

    async fn ended(&self) {
        while self.connection.status().connected() && self.publisher.status().connected() {
            tokio::select! {
                () = self.broken.cancelled() => return,
                () = sleep(WATCH_INTERVAL) => {}
            }
        }
    }
}

impl Link {
    pub(super) fn new(url: AmqpUrl, metrics: Arc<Metrics>, settings: &Settings) -> Self {
        let (timeout, backoff) = (settings.broker_timeout.get(), settings.backoff);
        Self { url, live: watch::Sender::new(None), metrics, timeout, backoff }
    }

    pub(super) fn backoff(&self) -> Backoff {
        Backoff::new(self.backoff)
    }

    pub(super) fn live(&self) -> Option<Arc<Live>> {
        self.live.borrow().as_ref().filter(|live| !live.broken.is_cancelled()).cloned()
    }

    /// Waits for a connection.
    pub(super) async fn connected(&self) -> Arc<Live> {
        let mut changes = self.live.subscribe();
        loop {
            if let Some(live) = self.live() {
                return live;
            }
            // The channel can't be closed, because the sender is in `self`.
            let _ = changes.changed().await;
        }
    }

    /// Connects, declares the queues, and reconnects whenever the connection is lost, until stopped.
    pub(super) async fn reconnect_loop(
        &self,
        names: &Names,
        subscriptions: &Subscriptions,
        stop: CancellationToken,
    ) {
        let mut backoff = self.backoff();
        let mut last_reason = String::new();
        while !stop.is_cancelled() {
            match self.open(names, subscriptions).await {
                Ok(live) => {
                    tracing::info!("the broker is connected");
                    last_reason.clear();
                    let since = Instant::now();
                    self.set(Some(Arc::clone(&live)));
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = live.ended() => tracing::warn!("the connection to the broker was lost"),
                    }
                    self.set(None);
                    live.close().await;
                    if since.elapsed() > GOOD_AFTER {
                        backoff.reset();
                    }
                }
                Err(error) => {
                    let reason = Chain(&error).to_string();
                    if reason != last_reason {
                        tracing::warn!(reason, "the broker can't be reached yet");
                        last_reason = reason;
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = sleep(backoff.next()) => {}
            }
        }
    }

    async fn open(&self, names: &Names, subscriptions: &Subscriptions) -> Result<Arc<Live>, BrokerError> {
        let live = Live::connect(&self.url, self.timeout).await?;
        let declared = async {
            let channel = live.channel().await?;
            names.declare(&channel, subscriptions).await?;
            Ok(channel.close(200, "OK".into()).await?)
        };
        let declared = timeout(self.timeout, declared).await;
        match declared.unwrap_or_else(|_| Err(BrokerError::DeclareTimedOut)) {
            Ok(()) => Ok(Arc::new(live)),
            Err(error) => {
                live.close().await;
                Err(error)
            }
        }
    }

    fn set(&self, live: Option<Arc<Live>>) {
        self.metrics.broker_up.set(i64::from(live.is_some()));
        self.live.send_replace(live);
    }
}
