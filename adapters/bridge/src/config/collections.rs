//! Which collections there are and how they are indexed: `collections.toml`, and what the bridge adds in code.

use std::collections::BTreeMap;

use protocol::{CollectionName, Path};
use serde::Deserialize;

/// The most indexes of one collection.
const MAX_INDEXES: usize = 16;
/// The most keys of one index.
const MAX_KEYS: usize = 4;
/// The longest name of an index or an owner, in bytes.
const MAX_NAME_BYTES: usize = 40;

/// Every collection, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collections(BTreeMap<CollectionName, Collection>);

/// One collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    name: CollectionName,
    owner: String,
    indexes: Vec<Index>,
}

/// One index of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    name: String,
    keys: Vec<Path>,
    unique: bool,
    expire: bool,
}

/// Why a declaration was refused. The text names the collection and the index.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CollectionsError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredCollection {
    owner: String,
    #[serde(default)]
    indexes: Vec<DeclaredIndex>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredIndex {
    name: String,
    keys: Vec<Path>,
    #[serde(default)]
    unique: bool,
    #[serde(default)]
    expire: bool,
}

impl Collections {
    /// Parses `collections.toml`.
    pub fn parse(text: &str) -> Result<Self, CollectionsError> {
        let declared: BTreeMap<String, DeclaredCollection> =
            toml::from_str(text).map_err(|error| CollectionsError(error.to_string()))?;
        let mut collections = Self::default();
        for (name, declared) in declared {
            let name =
                CollectionName::parse(&name).map_err(|error| CollectionsError(format!("{name}: {error}")))?;
            check_name(&name, "owner", &declared.owner)?;
            let indexes = declared.indexes.into_iter().map(|index| Index {
                name: index.name,
                keys: index.keys,
                unique: index.unique,
                expire: index.expire,
            });
            collections.add(Collection { name, owner: declared.owner, indexes: indexes.collect() })?;
        }
        Ok(collections)
    }

    /// Adds a collection, such as one of the bridge's own. A name that is there already is refused.
    pub fn add(&mut self, collection: Collection) -> Result<(), CollectionsError> {
        collection.check()?;
        let name = collection.name.clone();
        match self.0.insert(name.clone(), collection) {
            None => Ok(()),
            Some(_) => Err(CollectionsError(format!("{name}: declared twice"))),
        }
    }

    /// Whether a collection is declared.
    pub fn contains(&self, name: &CollectionName) -> bool {
        self.0.contains_key(name)
    }

    /// The collection of this name.
    pub fn get(&self, name: &CollectionName) -> Option<&Collection> {
        self.0.get(name)
    }

    /// All of them, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Collection> {
        self.0.values()
    }
}

impl Collection {
    /// A collection of the bridge's own, `_outbox` for `outbox`. It is checked when it is added.
    pub fn internal(name: &'static str, indexes: Vec<Index>) -> Self {
        Self { name: CollectionName::internal(name), owner: "bridge".into(), indexes }
    }

    /// Its name.
    pub fn name(&self) -> &CollectionName {
        &self.name
    }

    /// The domain that owns it.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Its indexes, in the order of their declaration; `_id` is always indexed besides.
    pub fn indexes(&self) -> &[Index] {
        &self.indexes
    }

    fn check(&self) -> Result<(), CollectionsError> {
        let refuse =
            |index: &Index, why: &str| Err(CollectionsError(format!("{}.{}: {why}", self.name, index.name)));
        if self.indexes.len() > MAX_INDEXES {
            return Err(CollectionsError(format!("{}: more than {MAX_INDEXES} indexes", self.name)));
        }
        for (n, index) in self.indexes.iter().enumerate() {
            check_name(&self.name, "index", &index.name)?;
            if self.indexes.iter().skip(n + 1).any(|other| other.name == index.name) {
                return refuse(index, "declared twice");
            }
            if index.keys.is_empty() || index.keys.len() > MAX_KEYS {
                return refuse(index, "an index has 1 to 4 keys");
            }
            let overlap =
                |(n, key): (usize, &Path)| index.keys.iter().skip(n + 1).any(|other| key.overlaps(other));
            if index.keys.iter().enumerate().any(overlap) {
                return refuse(index, "two of its keys overlap");
            }
            if index.expire && (index.unique || index.keys.len() > 1) {
                return refuse(index, "an expiry index has one key and is not unique");
            }
        }
        Ok(())
    }
}

impl Index {
    /// An index over these fields, in this order. It is checked when its collection is added.
    pub fn over(name: &str, keys: Vec<Path>) -> Self {
        Self { name: name.into(), keys, unique: false, expire: false }
    }

    /// No two documents share the key; documents without the first field are left out.
    #[must_use]
    pub fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    /// Documents vanish once the time in the field has passed.
    #[must_use]
    pub fn expire(self) -> Self {
        Self { expire: true, ..self }
    }

    /// Its name, unique within its collection.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its fields, the most significant first.
    pub fn keys(&self) -> &[Path] {
        &self.keys
    }

    /// Whether no two documents may share its key.
    pub fn is_unique(&self) -> bool {
        self.unique
    }

    /// Whether documents vanish once the time in its field has passed.
    pub fn is_expiry(&self) -> bool {
        self.expire
    }
}

fn check_name(collection: &CollectionName, what: &str, name: &str) -> Result<(), CollectionsError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let fits = name.len() <= MAX_NAME_BYTES
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(allowed);
    if fits {
        Ok(())
    } else {
        Err(CollectionsError(format!("{collection}: {name:?} is no name of an {what}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shops_own_file_is_taken() {
        let collections = Collections::parse(include_str!("../../config/collections.toml")).unwrap();
        let products = collections.get(&CollectionName::parse("products").unwrap()).unwrap();
        assert_eq!(products.owner(), "catalogue");
        assert!(products.indexes().iter().any(|index| index.name() == "sku" && index.is_unique()));
    }

    #[test]
    fn a_declaration_that_can_not_be_made_is_refused_by_name() {
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
            let error = Collections::parse(text).unwrap_err().to_string();
            assert!(error.contains(named), "{text:?} was refused with {error:?}");
        }
    }

    #[test]
    fn a_collection_can_not_be_added_twice() {
        let mut collections = Collections::default();
        let outbox =
            || Collection::internal("outbox", vec![Index::over("at", vec![Path::parse("at").unwrap()])]);
        collections.add(outbox()).unwrap();
        assert!(collections.add(outbox()).is_err());
    }
}
