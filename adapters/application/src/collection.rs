//! Collections with their owners and indexes.

use std::collections::BTreeMap;

use protocol::{CollectionName, Path};
use serde::{Deserialize, Serialize};

/// The most indexes of one collection.
const MAX_INDEXES: usize = 16;
/// The most keys of one index.
const MAX_KEYS: usize = 4;
/// The longest name of an index or an owner, in bytes.
const MAX_NAME_BYTES: usize = 40;

/// All collections, ordered by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, DeclaredCollection>", into = "BTreeMap<String, DeclaredCollection>")]
pub struct Collections(BTreeMap<CollectionName, Collection>);

/// One collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    name: CollectionName,
    owner: String,
    indexes: Vec<Index>,
}

/// One index of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    name: String,
    keys: Vec<Path>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    unique: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    expire: bool,
}

/// A collection is declared wrongly. The message names the collection and the index.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CollectionsError(String);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredCollection {
    owner: String,
    #[serde(default)]
    indexes: Vec<Index>,
}

impl TryFrom<BTreeMap<String, DeclaredCollection>> for Collections {
    type Error = CollectionsError;

    fn try_from(declared: BTreeMap<String, DeclaredCollection>) -> Result<Self, CollectionsError> {
        let mut collections = Self::default();
        for (name, DeclaredCollection { owner, indexes }) in declared {
            let parsed =
                CollectionName::parse(&name).map_err(|error| CollectionsError(format!("{name}: {error}")))?;
            collections.add(Collection::new(parsed, owner, indexes))?;
        }
        Ok(collections)
    }
}

impl From<Collections> for BTreeMap<String, DeclaredCollection> {
    fn from(collections: Collections) -> Self {
        let declared = |collection: Collection| {
            let Collection { name, owner, indexes } = collection;
            (name.as_str().to_owned(), DeclaredCollection { owner, indexes })
        };
        collections.0.into_values().map(declared).collect()
    }
}

impl Collections {
    /// Adds a collection. Fails if the collection is malformed or its name is taken.
    pub fn add(&mut self, collection: Collection) -> Result<(), CollectionsError> {
        collection.check()?;
        let name = collection.name.clone();
        match self.0.insert(name.clone(), collection) {
            None => Ok(()),
            Some(_) => Err(CollectionsError(format!("{name}: is declared more than once"))),
        }
    }

    /// Whether a collection is declared.
    pub fn contains(&self, name: &CollectionName) -> bool {
        self.0.contains_key(name)
    }

    /// Looks up a collection by name.
    pub fn get(&self, name: &CollectionName) -> Option<&Collection> {
        self.0.get(name)
    }

    /// All collections, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = &Collection> {
        self.0.values()
    }
}

impl Collection {
    /// Creates a collection, which is checked when it is added to [`Collections`].
    pub fn new(name: CollectionName, owner: impl Into<String>, indexes: Vec<Index>) -> Self {
        Self { name, owner: owner.into(), indexes }
    }

    /// The collection's name.
    pub fn name(&self) -> &CollectionName {
        &self.name
    }

    /// The domain that owns the collection.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The declared indexes, in order. `_id` is always indexed too.
    pub fn indexes(&self) -> &[Index] {
        &self.indexes
    }

    fn check(&self) -> Result<(), CollectionsError> {
        let refuse =
            |index: &Index, why: &str| Err(CollectionsError(format!("{}.{}: {why}", self.name, index.name)));
        check_name(&self.name, "owner", &self.owner)?;
        if self.indexes.len() > MAX_INDEXES {
            return Err(CollectionsError(format!("{}: has more than {MAX_INDEXES} indexes", self.name)));
        }
        for (n, index) in self.indexes.iter().enumerate() {
            check_name(&self.name, "index", &index.name)?;
            if self.indexes.iter().skip(n + 1).any(|other| other.name == index.name) {
                return refuse(index, "is declared more than once");
            }
            if index.keys.is_empty() || index.keys.len() > MAX_KEYS {
                return refuse(index, "must have 1 to 4 keys");
            }
            let overlap =
                |(n, key): (usize, &Path)| index.keys.iter().skip(n + 1).any(|other| key.overlaps(other));
            if index.keys.iter().enumerate().any(overlap) {
                return refuse(index, "has overlapping keys");
            }
            if index.expire && (index.unique || index.keys.len() > 1) {
                return refuse(index, "must have one key and not be unique, because it expires documents");
            }
        }
        Ok(())
    }
}

impl Index {
    /// Creates an index over these fields, in this order. It is checked when its collection is added.
    pub fn over(name: &str, keys: Vec<Path>) -> Self {
        Self { name: name.into(), keys, unique: false, expire: false }
    }

    /// Makes the key unique. Documents without the first field are not indexed.
    #[must_use]
    pub fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    /// Deletes documents within a minute after the time in the field.
    #[must_use]
    pub fn expire(self) -> Self {
        Self { expire: true, ..self }
    }

    /// The index's name, which is unique within its collection.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The indexed fields, the most significant first.
    pub fn keys(&self) -> &[Path] {
        &self.keys
    }

    /// Whether the key is unique.
    pub fn is_unique(&self) -> bool {
        self.unique
    }

    /// Whether documents are deleted after the time in the field.
    pub fn is_expiry(&self) -> bool {
        self.expire
    }
}

fn check_name(collection: &CollectionName, what: &str, name: &str) -> Result<(), CollectionsError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    let fits = name.len() <= MAX_NAME_BYTES
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(allowed);
    if fits {
        Ok(())
    } else {
        Err(CollectionsError(format!("{collection}: {name:?} is not a valid {what} name")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_declaration_is_refused_by_name() {
        for (text, named) in [
            ("[_outbox]\nowner = \"a\"", "_outbox"),
            ("[a]\nowner = \"a\"\nindex = []", "index"),
            ("[a]\nowner = \"a\"\nindexes = [{ name = \"_id\", keys = [\"b\"] }]", "_id"),
            ("[a]\nowner = \"a\"\nindexes = [{ name = \"i\", keys = [] }]", "a.i"),
            ("[a]\nowner = \"a\"\nindexes = [{ name = \"i\", keys = [\"$where\"] }]", "keys"),
            ("[a]\nowner = \"a\"\nindexes = [{ name = \"i\", keys = [\"b\", \"b.c\"] }]", "a.i"),
            (
                "[a]\nowner = \"a\"\nindexes = [{ name = \"i\", keys = [\"b\"], expire = true, unique = true }]",
                "a.i",
            ),
        ] {
            let error = toml::from_str::<Collections>(text).unwrap_err().to_string();
            assert!(error.contains(named), "{text:?} was refused with {error:?}");
        }
    }

    #[test]
    fn a_collection_cannot_be_added_twice() {
        let mut collections = Collections::default();
        let outbox = || Collection::new(CollectionName::internal("outbox"), "bridge", Vec::new());
        collections.add(outbox()).unwrap();
        assert!(collections.add(outbox()).is_err());
    }
}
