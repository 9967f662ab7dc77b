//! Serialises the transactions of this bridge that want the same documents.

use std::hash::{BuildHasher, RandomState};

use protocol::{CollectionName, Operation};
use tokio::sync::{Mutex, MutexGuard};

use crate::store::fit;

/// More than there are concurrent transactions, so that unrelated ones seldom share a lock.
const TURNS: usize = 1024;
/// An operation that names more ids than this doesn't wait.
const MAX_IDS: usize = 16;

/// Makes transactions that will write the same documents run one after another.
///
/// MongoDB fails a transaction at once if it conflicts with another's write, so many transactions on one document would
/// mostly retry. Waiting here, each succeeds at its first attempt. This is only an optimisation: bridges don't know of
/// each other's turns, and a transaction that conflicts anyway is retried.
pub(super) struct Turns {
    turns: Vec<Mutex<()>>,
    hasher: RandomState,
}

impl Default for Turns {
    fn default() -> Self {
        Self { turns: (0..TURNS).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }
}

impl Turns {
    /// Waits for all turns that these operations need. They are taken in a fixed order, so there can't be a deadlock.
    pub(super) async fn take(&self, operations: &[Operation]) -> Vec<MutexGuard<'_, ()>> {
        let mut wanted: Vec<usize> =
            operations.iter().flat_map(|operation| self.wanted_by(operation)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut taken = Vec::with_capacity(wanted.len());
        for turn in wanted.into_iter().filter_map(|n| self.turns.get(n)) {
            taken.push(turn.lock().await);
        }
        taken
    }

    fn wanted_by(&self, operation: &Operation) -> Vec<usize> {
        let of = |collection: &CollectionName, id: &str| {
            let hash = self.hasher.hash_one((collection.as_str(), id));
            usize::try_from(hash % TURNS as u64).unwrap_or_default()
        };
        match operation {
            Operation::Insert { .. } => Vec::new(),
            Operation::Upsert { collection, document } => {
                document.get_str("_id").map(|id| vec![of(collection, id)]).unwrap_or_default()
            }
            Operation::Update { collection, filter, .. }
            | Operation::Delete { collection, filter, .. }
            | Operation::Check { collection, filter, .. } => {
                let ids = fit::pinned_ids(filter).filter(|ids| ids.len() <= MAX_IDS).unwrap_or_default();
                ids.into_iter().map(|id| of(collection, id)).collect()
            }
        }
    }
}
