use bson::Document;
use serde::{Deserialize, Serialize};

use crate::{CollectionName, Filter, NewEvent, Update};

/// How many documents an operation must have matched. Anything else undoes the transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Expect {
    /// Exactly this many.
    Exactly(u32),
    /// This many or more.
    AtLeast(u32),
    /// However many there are.
    #[default]
    Any,
}

/// One step of a transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
    /// Adds a document, which carries its `_id`. One that is there already, or shares a unique key, is a conflict.
    Insert {
        /// Where.
        collection: CollectionName,
        /// What, `_id` included.
        document: Document,
    },
    /// Changes every document the filter means (at most 1,000).
    Update {
        /// Where.
        collection: CollectionName,
        /// Which.
        filter: Filter,
        /// How.
        update: Update,
        /// How many it must have meant.
        #[serde(default)]
        expect: Expect,
    },
    /// Replaces the document of this `_id`, or adds it.
    Upsert {
        /// Where.
        collection: CollectionName,
        /// What, `_id` included.
        document: Document,
    },
    /// Removes every document the filter means (at most 1,000).
    Delete {
        /// Where.
        collection: CollectionName,
        /// Which.
        filter: Filter,
        /// How many it must have meant.
        #[serde(default)]
        expect: Expect,
    },
    /// Changes nothing, but undoes the transaction unless the expectation holds when it commits.
    Check {
        /// Where.
        collection: CollectionName,
        /// Which.
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
