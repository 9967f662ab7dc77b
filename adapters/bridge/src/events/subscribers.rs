//! Who subscribes to which events.
//!
//! The bridges of a rollout have different configurations, and one of them, old or new, relays for all. So each records its
//! subscriptions and queues in the store, and the relay serves every subscription that was recorded lately.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bson::{DateTime, doc};
use protocol::{CollectionName, EventType, Filter, Operation, Path, Query};
use tokio::time::sleep;

use crate::backoff::Backoff;
use crate::config::BackoffSettings;
use crate::error_chain::Chain;
use crate::metrics::Metrics;
use crate::store::{Store, StoreError};
use application::{Name, Subscriptions};

/// How often a bridge records what it subscribes to.
const RECORD_EVERY: Duration = Duration::from_secs(30);
/// A subscription or queue that no bridge has recorded for this long is no longer used.
const STALE_AFTER: Duration = Duration::from_hours(1);
/// More than an application has.
const MOST: u32 = 200;

pub(crate) struct Subscribers {
    store: Arc<dyn Store>,
    own: Subscriptions,
    /// The queues that this bridge declares.
    queues: Vec<String>,
    metrics: Arc<Metrics>,
    /// The names of the subscriptions to each type, of all bridges, as last read.
    recorded: Mutex<BTreeMap<String, BTreeSet<String>>>,
}

pub(super) fn subscriptions() -> CollectionName {
    CollectionName::internal("subscriptions")
}

pub(super) fn queues() -> CollectionName {
    CollectionName::internal("queues")
}

fn path(name: &str) -> Path {
    Path::parse(name).expect("the bridge's own field names are paths")
}

/// What was last recorded before this moment is stale.
fn horizon() -> DateTime {
    let age = i64::try_from(STALE_AFTER.as_millis()).unwrap_or(i64::MAX);
    DateTime::from_millis(DateTime::now().timestamp_millis().saturating_sub(age))
}

/// The queues that no bridge has declared lately.
pub(super) async fn orphaned_queues(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let filter = Filter::Lt(path("seenAt"), horizon().into());
    let found = store.query(&Query { filter, limit: MOST, ..Query::new(queues()) }).await?;
    Ok(found.documents.iter().filter_map(|queue| Some(queue.get_str("_id").ok()?.to_owned())).collect())
}

impl Subscribers {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        own: Subscriptions,
        queues: Vec<String>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { store, own, queues, metrics, recorded: Mutex::default() }
    }

    /// The names of the subscriptions to a type.
    pub(super) fn consuming(&self, kind: &EventType) -> BTreeSet<String> {
        let own = self.own.consuming(kind).map(|subscription| subscription.name().to_owned());
        let recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let others = recorded.get(kind.as_str()).into_iter().flatten();
        own.chain(others.cloned()).collect()
    }

    /// Reads what all bridges subscribe to.
    pub(super) async fn read(&self) -> Result<(), StoreError> {
        let recent = Filter::Gte(path("seenAt"), horizon().into());
        let query = Query { filter: recent, limit: MOST, ..Query::new(subscriptions()) };
        let found = self.store.query(&query).await?;
        let mut by_type: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for document in &found.documents {
            let name = document.get_str("subscription").ok().and_then(|name| Name::parse(name).ok());
            if let (Some(name), Ok(kind)) = (name, document.get_str("event")) {
                by_type.entry(kind.to_owned()).or_default().insert(name.as_str().to_owned());
            }
        }
        *self.recorded.lock().unwrap_or_else(PoisonError::into_inner) = by_type;
        Ok(())
    }

    /// Records what this bridge subscribes to, indefinitely.
    pub(crate) async fn run(&self, backoff: BackoffSettings) {
        let mut backoff = Backoff::new(backoff);
        loop {
            match self.record().await {
                Ok(()) => {
                    backoff.reset();
                    sleep(RECORD_EVERY).await;
                }
                Err(error) => {
                    tracing::debug!(error = %Chain(&error), "subscriptions can't be recorded");
                    sleep(backoff.next()).await;
                }
            }
        }
    }

    async fn record(&self) -> Result<(), StoreError> {
        for operation in self.records() {
            // Each by itself, because several bridges write the same ones.
            self.store.transact(&[operation]).await?;
        }
        let orphaned = orphaned_queues(self.store.as_ref()).await?.len();
        self.metrics.orphaned_queues.set(i64::try_from(orphaned).unwrap_or(i64::MAX));
        Ok(())
    }

    fn records(&self) -> impl Iterator<Item = Operation> {
        let now = DateTime::now();
        let subscribed = self.own.iter().flat_map(move |subscription| {
            subscription.events().iter().map(move |kind| {
                let (name, kind) = (subscription.name(), kind.as_str());
                let document =
                    doc! { "_id": format!("{name} {kind}"), "subscription": name, "event": kind, "seenAt": now };
                Operation::Upsert { collection: subscriptions(), document }
            })
        });
        let declared = self.queues.iter().map(move |queue| Operation::Upsert {
            collection: queues(),
            document: doc! { "_id": queue, "seenAt": now },
        });
        subscribed.chain(declared)
    }
}
