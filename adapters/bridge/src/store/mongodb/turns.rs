//! Turns on documents that several transactions of this bridge want at once.

use std::hash::{BuildHasher, RandomState};

use protocol::{CollectionName, Operation};
use tokio::sync::{Mutex, MutexGuard};

use crate::store::fit;

/// More than transactions at a time, so that strangers seldom wait for each other.
const TURNS: usize = 1024;
/// Operations that mean more documents than this by `_id` do not wait for any.
const MAX_IDS: usize = 16;

/// Lets transactions that will write the same documents run one after the other.
///
/// MongoDB fails a transaction at once when it meets another's write, so a crowd at one document would mostly
/// retry. Waiting here instead, each goes through at its first try. Nothing depends on it: bridges do not know of
/// each other's turns, and a transaction that meets another all the same is tried again.
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
    /// Waits for all turns that these operations need. They are taken in one order, so no two wait for each other.
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
