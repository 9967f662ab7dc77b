//! The indexes that a collection has in the file.

use protocol::Path;
use rusqlite::Connection;

use super::matcher;
use crate::store::error::StoreError;

/// An index as it is in the file.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    /// Which entries are its own.
    pub(super) number: i64,
    pub(super) name: String,
    pub(super) keys: Vec<Path>,
    /// No two documents share a key, and those without the first field have none.
    pub(super) unique: bool,
    /// Whether some document has several keys, so that one document may show in several places.
    pub(super) many: bool,
}

impl Stored {
    /// Whether a document has a place in the index.
    pub(super) fn holds(&self, document: &bson::RawDocument) -> bool {
        let first = self.keys.first().cloned();
        !self.unique
            || first.is_some_and(|path| matcher::matches(&protocol::Filter::Exists(path, true), document))
    }
}

/// The indexes that a collection has in the file.
pub(super) fn indexes(connection: &Connection, collection: &str) -> Result<Vec<Stored>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT number, name, keys, is_unique, many FROM indexes WHERE collection = ?1 ORDER BY number",
    )?;
    let rows = statement.query_map([collection], |row| {
        let keys: String = row.get(2)?;
        Ok(Stored {
            number: row.get(0)?,
            name: row.get(1)?,
            keys: keys.split(',').filter_map(|key| Path::parse(key).ok()).collect(),
            unique: row.get(3)?,
            many: row.get(4)?,
        })
    })?;
    rows.collect::<Result<_, _>>().map_err(Into::into)
}
