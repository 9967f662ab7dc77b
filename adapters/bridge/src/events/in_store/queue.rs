use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::config::BackoffSettings;
use crate::lease::Lease;
use crate::store::Store;
use application::Subscriptions;

/// The deliveries in the store, as who fills them and who works on them share them.
pub(super) struct Queue {
    pub(super) store: Arc<dyn Store>,
    pub(super) subscriptions: Subscriptions,
    /// Whose holder alone delivers.
    pub(super) lease: Arc<Lease>,
    /// Woken when deliveries were added.
    pub(super) forwarded: Notify,
    /// How often due deliveries are looked for when nothing woke the worker.
    pub(super) poll_interval: Duration,
    pub(super) backoff: BackoffSettings,
}
