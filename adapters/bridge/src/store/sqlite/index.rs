//! Reads the indexes of a collection.

use protocol::Path;
use rusqlite::Connection;

use super::matcher;
use crate::store::error::StoreError;

/// An index in the file.
#[derive(Clone, Debug)]
pub(super) struct StoredIndex {
    /// Identifies the entries of the index.
    pub(super) number: i64,
    pub(super) name: String,
    pub(super) keys: Vec<Path>,
    /// No two documents share a key, and documents without the first field have no key.
    pub(super) unique: bool,
    /// Some document has several keys, so it may be found more than once.
    pub(super) many: bool,
}

impl StoredIndex {
    /// Whether a document has keys in the index.
    pub(super) fn holds(&self, document: &bson::RawDocument) -> bool {
        let first = self.keys.first().cloned();
        !self.unique
            || first.is_some_and(|path| matcher::matches(&protocol::Filter::Exists(path, true), document))
    }
}

/// Reads the indexes of a collection.
pub(super) fn read(connection: &Connection, collection: &str) -> Result<Vec<StoredIndex>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT number, name, keys, is_unique, many FROM indexes WHERE collection = ?1 ORDER BY number",
    )?;
    let rows = statement.query_map([collection], |row| {
        let keys: String = row.get(2)?;
        Ok(StoredIndex {
            number: row.get(0)?,
            name: row.get(1)?,
            keys: keys.split(',').filter_map(|key| Path::parse(key).ok()).collect(),
            unique: row.get(3)?,
            many: row.get(4)?,
        })
    })?;
    rows.collect::<Result<_, _>>().map_err(Into::into)
}
