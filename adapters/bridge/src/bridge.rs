use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::sync::{Notify, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::config::BridgeConfig;
use crate::error_chain::Chain;
use crate::events::{Broker, Courier, Deliver, EventsError, Outbox, Rabbit, Relay, StoreBroker, Subscribers};
use crate::grants::GrantBook;
use crate::health::Health;
use crate::lease::Lease;
use crate::metrics::Metrics;
use crate::schedule::Clock;
use crate::set_aside::SetAside;
use crate::store::Store;
use crate::urls::BrokerUrl;

/// How long a shutdown tries to release the lease. An unreachable store must not delay it further.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(2);
/// How often to look for transactions that a bridge left open when it died.
const ABANDONED_INTERVAL: Duration = Duration::from_secs(1);

/// A running bridge. It doesn't listen by itself: serve [`Bridge::router`], or call it in process.
pub struct Bridge {
    app: Arc<App>,
    router: Router,
    relay: Arc<Relay>,
    lease: Arc<Lease>,
    /// Stops the tasks that watch the store and run the schedules.
    stop_background: CancellationToken,
    /// Stops the relay and the deliveries once those in flight are finished.
    stop_events: CancellationToken,
    events: TaskTracker,
    background: TaskTracker,
}

impl Bridge {
    /// Starts a bridge. It serves once its store and its broker can be reached.
    ///
    /// Must be called within a Tokio runtime.
    #[expect(
        clippy::unused_async,
        reason = "it can then only be called where there is a runtime to start tasks on"
    )]
    pub async fn start(
        config: BridgeConfig,
        store: Arc<dyn Store>,
        broker: BrokerUrl,
        deliver: Arc<dyn Deliver>,
    ) -> Self {
        let settings = config.settings.clone();
        let subscriptions = config.declarations.subscriptions().clone();
        let metrics = Arc::new(Metrics::new());
        metrics.preregister(config.declarations.event_types(), &subscriptions);
        let lease = Arc::new(Lease::new(Arc::clone(&store), "relay", settings.lease_time.get()));
        let set_aside = SetAside::new(Arc::clone(&store), Arc::clone(&metrics));
        let delivers_without_relay = matches!(broker, BrokerUrl::Amqp(_));
        let queues = match &broker {
            BrokerUrl::Amqp(_) => Rabbit::queues(&settings, &subscriptions),
            BrokerUrl::Store => Vec::new(),
        };
        let subscribers = Arc::new(Subscribers::new(
            Arc::clone(&store),
            subscriptions.clone(),
            queues,
            Arc::clone(&metrics),
        ));
        let broker: Arc<dyn Broker> = match broker {
            BrokerUrl::Amqp(url) => {
                let subscribers = Arc::clone(&subscribers);
                Arc::new(Rabbit::new(url, &settings, subscriptions, subscribers, Arc::clone(&metrics)))
            }
            BrokerUrl::Store => {
                metrics.broker_up.set(1);
                let (store, lease) = (Arc::clone(&store), Arc::clone(&lease));
                let (set_aside, subscribers) = (set_aside.clone(), Arc::clone(&subscribers));
                Arc::new(StoreBroker::new(store, set_aside, subscribers, subscriptions, lease, &settings))
            }
        };
        let committed = Arc::new(Notify::new());
        let relay = Arc::new(Relay::new(
            Outbox::new(Arc::clone(&store), set_aside),
            Arc::clone(&subscribers),
            Arc::clone(&broker),
            Arc::clone(&lease),
            Arc::clone(&committed),
            Arc::clone(&metrics),
            &settings,
        ));
        let courier = Courier::new(deliver, config.tokens.clone(), Arc::clone(&metrics));
        let courier = Arc::new(courier);
        let app = Arc::new(App {
            gate: Arc::new(Semaphore::new(settings.max_in_flight.get() as usize)),
            grants: GrantBook::new(&config.declarations, &metrics),
            health: Arc::new(Health::new()),
            config,
            store,
            broker,
            metrics,
            committed,
        });
        let bridge = Self {
            router: crate::http::router(Arc::clone(&app)),
            app,
            relay,
            lease,
            stop_background: CancellationToken::new(),
            stop_events: CancellationToken::new(),
            events: TaskTracker::new(),
            background: TaskTracker::new(),
        };
        bridge.watch_store();
        bridge.end_abandoned();
        bridge.record_subscriptions(subscribers);
        bridge.run_schedules();
        if settings.relay {
            bridge.relay_events();
        }
        if settings.relay || delivers_without_relay {
            bridge.deliver_events(courier);
        }
        bridge
    }

    /// The bridge's routes, to be served on a socket or called in process. Clones are cheap.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Encodes all metrics, as `GET /metrics` does.
    pub fn metrics(&self) -> String {
        self.app.metrics()
    }

    pub fn is_ready(&self) -> bool {
        self.app.health.is_ready()
    }

    /// Waits until the bridge can serve.
    pub async fn ready(&self) {
        self.app.health.up().await;
    }

    /// Moves one page of events from the outbox to the broker and returns how many. 0 while another bridge holds the
    /// lease. Unless the relay is switched off, it does this by itself.
    pub async fn relay_step(&self) -> Result<usize, EventsError> {
        self.relay.step().await
    }

    /// Starts no more deliveries and finishes those in flight. Requests are still served, because functions that handle
    /// a delivery call the bridge in turn.
    ///
    /// Waits at most three fifths of `drain_timeout`; the rest is left for requests.
    pub async fn finish_deliveries(&self) {
        self.stop_events.cancel();
        self.events.close();
        let limit = self.app.config.settings.drain_timeout.get() * 3 / 5;
        if timeout(limit, self.events.wait()).await.is_err() {
            tracing::warn!("some deliveries in flight were not finished in time and will be repeated");
        }
    }

    /// Refuses new requests, finishes the deliveries and requests in flight within `drain_timeout`, and releases the
    /// relay's lease.
    pub async fn shutdown(self) {
        let limit = self.app.config.settings.drain_timeout.get();
        if timeout(limit, self.drain()).await.is_err() {
            tracing::warn!("some requests in flight were not finished in time");
        }
    }

    async fn drain(&self) {
        self.finish_deliveries().await;
        self.app.health.drain();
        let _idle = self.app.gate.acquire_many(self.app.config.settings.max_in_flight.get()).await;
        self.stop_background.cancel();
        self.background.close();
        self.background.wait().await;
        if !matches!(timeout(RELEASE_TIMEOUT, self.lease.release()).await, Ok(Ok(()))) {
            tracing::warn!("the relay's lease was not released and will expire");
        }
    }

    fn watch_store(&self) {
        let (app, stop) = (Arc::clone(&self.app), self.stop_background.clone());
        self.background.spawn(async move {
            let (collections, settings) = (app.config.declarations.collections(), &app.config.settings);
            let watch = app.health.watch(Arc::clone(&app.store), collections, settings, &app.metrics);
            stop.run_until_cancelled(watch).await;
        });
    }

    fn end_abandoned(&self) {
        let (app, stop) = (Arc::clone(&self.app), self.stop_background.clone());
        self.background.spawn(async move {
            let end = async {
                let mut failing = false;
                loop {
                    app.health.up().await;
                    match app.store.end_abandoned().await {
                        Ok(count) => {
                            failing = false;
                            if count > 0 {
                                tracing::warn!(count, "abandoned transactions were ended");
                            }
                        }
                        Err(error) => {
                            if !std::mem::replace(&mut failing, true) {
                                tracing::warn!(error = %Chain(&error), "abandoned transactions can't be ended");
                            }
                        }
                    }
                    sleep(ABANDONED_INTERVAL).await;
                }
            };
            stop.run_until_cancelled(end).await;
        });
    }

    fn record_subscriptions(&self, subscribers: Arc<Subscribers>) {
        let (app, stop) = (Arc::clone(&self.app), self.stop_background.clone());
        self.background.spawn(async move {
            let record = async {
                app.health.prepared().await;
                subscribers.run(app.config.settings.backoff).await;
            };
            stop.run_until_cancelled(record).await;
        });
    }

    fn run_schedules(&self) {
        for (name, schedule) in self.app.config.declarations.schedules().clone() {
            let (store, committed) = (Arc::clone(&self.app.store), Arc::clone(&self.app.committed));
            let clock = Clock::new(name, schedule, store, committed, self.app.config.settings.backoff);
            let (app, stop) = (Arc::clone(&self.app), self.stop_events.clone());
            self.background.spawn(async move {
                let ticks = async {
                    app.health.prepared().await;
                    clock.run().await;
                };
                stop.run_until_cancelled(ticks).await;
            });
        }
    }

    fn relay_events(&self) {
        let (app, relay, stop) = (Arc::clone(&self.app), Arc::clone(&self.relay), self.stop_events.clone());
        self.events.spawn(async move {
            if stop.run_until_cancelled(app.health.prepared()).await.is_some() {
                relay.run(stop).await;
            }
        });
    }

    fn deliver_events(&self, courier: Arc<Courier>) {
        let (app, stop) = (Arc::clone(&self.app), self.stop_events.clone());
        self.events.spawn(async move {
            if stop.run_until_cancelled(app.health.prepared()).await.is_some() {
                Arc::clone(&app.broker).run(courier, stop).await;
            }
        });
    }
}

impl Drop for Bridge {
    /// Stops a bridge that was not shut down as if it had crashed.
    fn drop(&mut self) {
        self.stop_events.cancel();
        self.stop_background.cancel();
    }
}
