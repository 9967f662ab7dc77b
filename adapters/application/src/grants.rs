//! What a function or an adapter may do on the bridge.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{CollectionName, EventType, Operation};
use serde::{Deserialize, Serialize};

/// A kind of access to a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Query the collection, and check documents in a transaction.
    Read,
    /// Insert documents.
    Insert,
    /// Update documents.
    Update,
    /// Delete documents.
    Delete,
    /// Replace or insert documents.
    Upsert,
}

/// A kind of access to blobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlobAccess {
    /// Get blobs.
    Read,
    /// Put blobs.
    Write,
}

/// A single permission.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// Access to a collection.
    Collection(CollectionName, Access),
    /// Access to blobs.
    Blobs(BlobAccess),
    /// Permission to emit events of a type.
    Emit(EventType),
}

/// All permissions of a function or adapter. Everything else is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grants {
    /// The access granted to each collection.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub collections: BTreeMap<CollectionName, BTreeSet<Access>>,
    /// The access granted to blobs.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub blobs: BTreeSet<BlobAccess>,
    /// The types of events that may be emitted.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub emits: BTreeSet<EventType>,
}

impl Access {
    /// The access that an operation needs.
    pub fn needed_by(operation: &Operation) -> Self {
        match operation {
            Operation::Insert { .. } => Self::Insert,
            Operation::Update { .. } => Self::Update,
            Operation::Upsert { .. } => Self::Upsert,
            Operation::Delete { .. } => Self::Delete,
            Operation::Check { .. } => Self::Read,
        }
    }

    /// The name in the files.
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
    /// The name in the files.
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

    /// Whether a permission is granted.
    pub fn allow(&self, grant: &Grant) -> bool {
        match grant {
            Grant::Collection(name, access) => {
                self.collections.get(name).is_some_and(|granted| granted.contains(access))
            }
            Grant::Blobs(access) => self.blobs.contains(access),
            Grant::Emit(kind) => self.emits.contains(kind),
        }
    }

    /// Iterates over the permissions.
    pub fn iter(&self) -> impl Iterator<Item = Grant> + '_ {
        let collections = self.collections.iter().flat_map(|(name, granted)| {
            granted.iter().map(|access| Grant::Collection(name.clone(), *access))
        });
        let blobs = self.blobs.iter().map(|access| Grant::Blobs(*access));
        collections.chain(blobs).chain(self.emits.iter().cloned().map(Grant::Emit))
    }
}
