use bson::Document;
use serde::{Deserialize, Serialize};

use crate::{CollectionName, Filter, NewEvent, Update};

/// How many documents an operation must match; any other number rolls the transaction back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Expect {
    /// Exactly this many.
    Exactly(u32),
    /// At least this many.
    AtLeast(u32),
    /// Any number.
    #[default]
    Any,
}

/// One step of a transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names of the fields say it")]
pub enum Operation {
    /// Inserts a document with its `_id`. A conflict if the `_id` or a unique key is taken.
    Insert { collection: CollectionName, document: Document },
    /// Updates every matching document, at most 1,000.
    Update {
        collection: CollectionName,
        filter: Filter,
        update: Update,
        #[serde(default)]
        expect: Expect,
    },
    /// Replaces the document with this `_id`, or inserts it.
    Upsert { collection: CollectionName, document: Document },
    /// Deletes every matching document, at most 1,000.
    Delete {
        collection: CollectionName,
        filter: Filter,
        #[serde(default)]
        expect: Expect,
    },
    /// Changes nothing, but rolls the transaction back unless the expectation holds when it commits.
    Check {
        collection: CollectionName,
        filter: Filter,
        /// How many it must mean.
        expect: Expect,
    },
}

/// All of these operations and events, or none. At least 1 operation or event, at most 64 operations and 16 events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransactRequest {
    /// Made in this order, each seeing those before it.
    pub operations: Vec<Operation>,
    /// Leave the bridge if and only if the operations are committed.
    #[serde(default)]
    pub events: Vec<NewEvent>,
}

impl Expect {
    /// Whether this many documents are as expected.
    #[must_use]
    pub fn met_by(self, matched: u64) -> bool {
        match self {
            Self::Exactly(count) => matched == u64::from(count),
            Self::AtLeast(count) => matched >= u64::from(count),
            Self::Any => true,
        }
    }
}

impl Operation {
    /// The collection it works on.
    #[must_use]
    pub fn collection(&self) -> &CollectionName {
        match self {
            Self::Insert { collection, .. }
            | Self::Update { collection, .. }
            | Self::Upsert { collection, .. }
            | Self::Delete { collection, .. }
            | Self::Check { collection, .. } => collection,
        }
    }
}
