use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::config::BridgeConfig;
use crate::events::{Broker, Courier, Deliver, EventsError, Outbox, Rabbit, Relay, StoreBroker};
use crate::grants::GrantBook;
use crate::health::Health;
use crate::lease::Lease;
use crate::metrics::Metrics;
use crate::schedule::Clock;
use crate::store::Store;
use crate::urls::BrokerUrl;

/// A store that is away must not hold up a shutdown.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(2);

/// A running bridge. It does not listen: give [`Bridge::router`] to a server, or call it in process.
pub struct Bridge {
    app: Arc<App>,
    router: Router,
    relay: Arc<Relay>,
    lease: Arc<Lease>,
    /// Ends what watches the store and keeps time.
    stop_background: CancellationToken,
    /// Ends the relay and deliveries, which finish what is in flight.
    stop_events: CancellationToken,
    events: TaskTracker,
    background: TaskTracker,
}

impl Bridge {
    /// Starts a bridge. Neither the store nor the broker need be there yet; it serves once they are.
    ///
    /// Must be called within a Tokio runtime.
    #[expect(
        clippy::unused_async,
        reason = "so that it can only be called where there is a runtime to start tasks on"
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
        metrics.foresee(config.declarations.event_types(), &subscriptions);
        let lease = Arc::new(Lease::new(Arc::clone(&store), "relay", settings.lease_time.get()));
        let delivers_without_relay = matches!(broker, BrokerUrl::Amqp(_));
        let broker: Arc<dyn Broker> = match broker {
            BrokerUrl::Amqp(url) => {
                Arc::new(Rabbit::new(url, &settings, subscriptions, Arc::clone(&metrics)))
            }
            BrokerUrl::Store => {
                metrics.broker_up.set(1);
                let (store, lease) = (Arc::clone(&store), Arc::clone(&lease));
                Arc::new(StoreBroker::new(store, subscriptions, lease, &settings))
            }
        };
        let committed = Arc::new(Notify::new());
        let relay = Arc::new(Relay::new(
            Outbox::new(Arc::clone(&store)),
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
        bridge.keep_time();
        if settings.relay {
            bridge.relay_events();
        }
        if settings.relay || delivers_without_relay {
            bridge.deliver_events(courier);
        }
        bridge
    }

    /// The bridge's routes. They can be served on a socket or called in process; clones are cheap.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// What it counts, as `GET /metrics` answers it.
    pub fn metrics(&self) -> String {
        self.app.metrics()
    }

    /// Whether it can serve.
    pub fn is_ready(&self) -> bool {
        self.app.health.is_ready()
    }

    /// Waits until it can serve.
    pub async fn ready(&self) {
        self.app.health.up().await;
    }

    /// Moves one page of events from the outbox to the broker, as the relay does by itself unless it is switched
    /// off; says how many. 0 while another bridge is the relay.
    pub async fn relay_step(&self) -> Result<usize, EventsError> {
        self.relay.step().await
    }

    /// Takes up no further deliveries and finishes those in flight, while requests are still served: the functions
    /// that deliveries reach call the bridge in turn.
    ///
    /// It waits at most three fifths of the settings' `drain_timeout`; the rest is for requests.
    pub async fn finish_deliveries(&self) {
        self.stop_events.cancel();
        self.events.close();
        let limit = self.app.config.settings.drain_timeout.get() * 3 / 5;
        if timeout(limit, self.events.wait()).await.is_err() {
            tracing::warn!("not every delivery in flight was finished in time; they will be repeated");
        }
    }

    /// Finishes the deliveries and the requests that are in flight and takes no further ones, within the settings'
    /// `drain_timeout`, and lets the relay's lease go.
    pub async fn shutdown(self) {
        let limit = self.app.config.settings.drain_timeout.get();
        if timeout(limit, self.drain()).await.is_err() {
            tracing::warn!("not everything in flight was finished in time");
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
            let keep = app.health.keep(Arc::clone(&app.store), collections, settings, &app.metrics);
            stop.run_until_cancelled(keep).await;
        });
    }

    fn keep_time(&self) {
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
    /// A bridge that is dropped without [`Bridge::shutdown`] stops as if it had crashed.
    fn drop(&mut self) {
        self.stop_events.cancel();
        self.stop_background.cancel();
    }
}
