use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::config::Settings;
use crate::error_chain::Chain;
use crate::metrics::Metrics;
use crate::store::Store;
use application::Collections;

const PREPARE_TIMEOUT: Duration = Duration::from_mins(1);

/// The state of the store, as last seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreState {
    /// Collections and indexes may be missing. Nothing is served, because unique keys may not be enforced.
    Unprepared,
    /// The last ping succeeded.
    Up,
    /// The store was prepared, but the last ping failed.
    Down,
}

pub(crate) struct Health {
    store: watch::Sender<StoreState>,
    draining: CancellationToken,
}

impl Health {
    pub(crate) fn new() -> Self {
        Self { store: watch::Sender::new(StoreState::Unprepared), draining: CancellationToken::new() }
    }

    pub(crate) fn store(&self) -> StoreState {
        *self.store.borrow()
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.store() == StoreState::Up && !self.is_draining()
    }

    pub(crate) fn drain(&self) {
        self.draining.cancel();
    }

    /// Waits until collections and indexes exist.
    pub(crate) async fn prepared(&self) {
        self.until(|state| state != StoreState::Unprepared).await;
    }

    /// Waits until the store can serve.
    pub(crate) async fn up(&self) {
        self.until(|state| state == StoreState::Up).await;
    }

    async fn until(&self, met: impl Fn(StoreState) -> bool) {
        // The channel can't be closed, because the sender is in `self`.
        let _ = self.store.subscribe().wait_for(|state| met(*state)).await;
    }

    fn set(&self, state: StoreState, metrics: &Metrics) {
        metrics.store_up.set(i64::from(state == StoreState::Up));
        self.store.send_if_modified(|known| std::mem::replace(known, state) != state);
    }

    /// Prepares the store, retrying until it can be reached, and then pings it indefinitely.
    pub(crate) async fn watch(
        &self,
        store: Arc<dyn Store>,
        collections: &Collections,
        settings: &Settings,
        metrics: &Metrics,
    ) {
        let mut backoff = Backoff::new(settings.backoff);
        let mut last_reason = String::new();
        loop {
            let reason = match timeout(PREPARE_TIMEOUT, store.prepare(collections)).await {
                Ok(Ok(())) => break,
                Ok(Err(error)) => Chain(&error).to_string(),
                Err(_) => "the store took too long to prepare".to_owned(),
            };
            if reason != last_reason {
                tracing::warn!(reason, "the store can't be prepared yet");
                last_reason = reason;
            }
            sleep(backoff.next()).await;
        }
        tracing::info!("the store is ready");
        self.set(StoreState::Up, metrics);
        loop {
            sleep(settings.ping_interval.get()).await;
            let up = matches!(timeout(settings.ping_interval.get(), store.ping()).await, Ok(Ok(())));
            match (up, self.store()) {
                (false, StoreState::Up) => tracing::warn!("the store stopped serving"),
                (true, StoreState::Down) => tracing::info!("the store serves again"),
                _ => {}
            }
            self.set(if up { StoreState::Up } else { StoreState::Down }, metrics);
        }
    }
}
