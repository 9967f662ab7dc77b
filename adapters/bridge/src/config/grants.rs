use std::collections::{BTreeMap, BTreeSet};

use protocol::{CollectionName, EventType, Operation};
use serde::Deserialize;

use super::{Collections, ConfigError, is_name};

const FILE: &str = "grants.toml";

/// What can be done to a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlobAccess {
    /// Get them.
    Read,
    /// Put them.
    Write,
}

/// Which function may do what. What is not listed is refused.
#[derive(Clone, Debug, Default)]
pub struct Grants(BTreeMap<String, FunctionGrants>);

#[derive(Clone, Debug, Default, Deserialize)]
struct FunctionGrants {
    #[serde(default)]
    emit: BTreeSet<EventType>,
    #[serde(default)]
    blobs: BTreeSet<BlobAccess>,
    #[serde(flatten)]
    collections: BTreeMap<String, BTreeSet<Access>>,
}

impl Access {
    /// What an operation needs.
    pub fn of(operation: &Operation) -> Self {
        match operation {
            Operation::Insert { .. } => Self::Insert,
            Operation::Update { .. } => Self::Update,
            Operation::Upsert { .. } => Self::Upsert,
            Operation::Delete { .. } => Self::Delete,
            Operation::Check { .. } => Self::Read,
        }
    }

    /// The word `grants.toml` has for it.
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

impl Grants {
    /// Parses `grants.toml`; every collection in it must be declared.
    pub fn parse(text: &str, collections: &Collections) -> Result<Self, ConfigError> {
        let functions: BTreeMap<String, FunctionGrants> =
            toml::from_str(text).map_err(|error| ConfigError::invalid(FILE, error.to_string()))?;
        for (function, grants) in &functions {
            if !is_name(function) {
                return Err(ConfigError::invalid(FILE, format!("{function:?} is no name of a function")));
            }
            for name in grants.collections.keys() {
                let declared =
                    CollectionName::parse(name.as_str()).is_ok_and(|name| collections.contains(&name));
                if !declared {
                    return Err(ConfigError::invalid(
                        FILE,
                        format!("{function}: no collection {name} is declared"),
                    ));
                }
            }
        }
        Ok(Self(functions))
    }

    /// Whether a function may do this to a collection.
    pub fn allows(&self, function: &str, access: Access, collection: &CollectionName) -> bool {
        self.0
            .get(function)
            .and_then(|grants| grants.collections.get(collection.as_str()))
            .is_some_and(|granted| granted.contains(&access))
    }

    /// Whether a function may emit events of this type.
    pub fn allows_event(&self, function: &str, kind: &EventType) -> bool {
        self.0.get(function).is_some_and(|grants| grants.emit.contains(kind))
    }

    /// Whether a function may do this to blobs.
    pub fn allows_blobs(&self, function: &str, access: BlobAccess) -> bool {
        self.0.get(function).is_some_and(|grants| grants.blobs.contains(&access))
    }

    /// Whether any function may emit events of this type.
    pub fn emits(&self, kind: &EventType) -> bool {
        self.0.values().any(|grants| grants.emit.contains(kind))
    }

    /// The types of events that functions may emit.
    pub fn event_types(&self) -> impl Iterator<Item = &EventType> {
        self.0.values().flat_map(|grants| &grants.emit)
    }

    /// The functions that may do something, which therefore need a token.
    pub fn functions_with_grants(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|(_, grants)| {
                !(grants.emit.is_empty() && grants.blobs.is_empty() && grants.collections.is_empty())
            })
            .map(|(function, _)| function.as_str())
    }
}
