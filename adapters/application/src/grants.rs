//! What a function or an adapter may ask of the bridge.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{CollectionName, EventType, Operation};
use serde::{Deserialize, Serialize};

/// What can be done to a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Query it, and check it in a transaction.
    Read,
    /// Insert documents.
    Insert,
    /// Change documents.
    Update,
    /// Delete documents.
    Delete,
    /// Replace or insert documents.
    Upsert,
}

/// What can be done to blobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlobAccess {
    /// Get them.
    Read,
    /// Put them.
    Write,
}

/// One thing that may be granted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// Access to a collection.
    Collection(CollectionName, Access),
    /// Access to blobs.
    Blobs(BlobAccess),
    /// Emitting events of a type.
    Emit(EventType),
}

/// All that one function or adapter is granted. What is not listed is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grants {
    /// What it may do to which collection.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub collections: BTreeMap<CollectionName, BTreeSet<Access>>,
    /// What it may do to blobs.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub blobs: BTreeSet<BlobAccess>,
    /// The events that it may emit.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub emits: BTreeSet<EventType>,
}

impl Access {
    /// What an operation needs.
    pub fn needed_by(operation: &Operation) -> Self {
        match operation {
            Operation::Insert { .. } => Self::Insert,
            Operation::Update { .. } => Self::Update,
            Operation::Upsert { .. } => Self::Upsert,
            Operation::Delete { .. } => Self::Delete,
            Operation::Check { .. } => Self::Read,
        }
    }

    /// The word that the files have for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Upsert => "upsert",
        }
    }
}

impl BlobAccess {
    /// The word that the files have for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

impl std::fmt::Display for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Collection(collection, access) => write!(f, "{} {collection}", access.as_str()),
            Self::Blobs(access) => write!(f, "{} blobs", access.as_str()),
            Self::Emit(kind) => write!(f, "emit {kind}"),
        }
    }
}

impl Grants {
    /// Whether nothing is granted.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Whether this is granted.
    pub fn allow(&self, grant: &Grant) -> bool {
        match grant {
            Grant::Collection(name, access) => {
                self.collections.get(name).is_some_and(|granted| granted.contains(access))
            }
            Grant::Blobs(access) => self.blobs.contains(access),
            Grant::Emit(kind) => self.emits.contains(kind),
        }
    }

    /// Each thing that is granted.
    pub fn iter(&self) -> impl Iterator<Item = Grant> + '_ {
        let collections = self.collections.iter().flat_map(|(name, granted)| {
            granted.iter().map(|access| Grant::Collection(name.clone(), *access))
        });
        let blobs = self.blobs.iter().map(|access| Grant::Blobs(*access));
        collections.chain(blobs).chain(self.emits.iter().cloned().map(Grant::Emit))
    }
}
