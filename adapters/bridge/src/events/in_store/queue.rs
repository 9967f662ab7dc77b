use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::config::BackoffSettings;
use crate::lease::Lease;
use crate::set_aside::SetAside;
use crate::store::Store;
use application::Subscriptions;

/// The deliveries in the store, shared by the broker that adds them and the worker that makes them.
pub(super) struct Queue {
    pub(super) store: Arc<dyn Store>,
    pub(super) set_aside: SetAside,
    pub(super) subscriptions: Subscriptions,
    /// Only its holder delivers.
    pub(super) lease: Arc<Lease>,
    /// Notified when deliveries were added.
    pub(super) forwarded: Notify,
    /// How often to look for due deliveries when nothing woke the worker.
    pub(super) poll_interval: Duration,
    pub(super) backoff: BackoffSettings,
}
