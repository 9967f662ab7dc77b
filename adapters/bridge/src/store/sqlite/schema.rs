//! The tables of the file, and the building of indexes in it.

use protocol::Path;
use rusqlite::Connection;

use super::index::StoredIndex;
use super::{entry, index, rows};
use crate::store::error::StoreError;
use application::{Collection, Index};

/// The tables. A document has a row in `entries` for each of its keys in an index; `many` is set once some document has
/// several keys in the index.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS documents (
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (collection, id)
);
CREATE TABLE IF NOT EXISTS indexes (
    number INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    name TEXT NOT NULL,
    keys TEXT NOT NULL,
    is_unique INTEGER NOT NULL,
    is_expiry INTEGER NOT NULL,
    many INTEGER NOT NULL DEFAULT 0,
    UNIQUE (collection, name)
);
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER NOT NULL,
    key BLOB NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (number, key, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blobs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    media_type TEXT NOT NULL,
    length INTEGER,
    started INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS blobs_by_id ON blobs (id);
CREATE TABLE IF NOT EXISTS blob_chunks (
    blob INTEGER NOT NULL,
    part INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (blob, part)
);
";

/// Creates the tables if they don't exist.
pub(super) fn init(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.execute_batch(TABLES)?;
    Ok(())
}

/// Why an index can't be built over the existing documents.
#[derive(Debug, thiserror::Error)]
enum IndexError {
    #[error("{0}: two of the indexed fields are arrays in one document")]
    ParallelArrays(String),
    #[error("{0}: two documents share a key")]
    Duplicate(String),
}

/// Brings a collection's indexes in line with its declaration: builds missing ones, rebuilds changed ones, removes
/// others.
pub(super) fn prepare(connection: &Connection, collection: &Collection) -> Result<(), StoreError> {
    let name = collection.name().as_str();
    for stored in index::read(connection, name)? {
        if !collection.indexes().iter().any(|declared| declared.name() == stored.name) {
            remove(connection, &stored)?;
        }
    }
    for declared in collection.indexes() {
        let stored = index::read(connection, name)?.into_iter().find(|stored| stored.name == declared.name());
        let same =
            |stored: &StoredIndex| stored.keys == declared.keys() && stored.unique == declared.is_unique();
        match stored {
            Some(stored) if same(&stored) => {
                let set = "UPDATE indexes SET is_expiry = ?2 WHERE number = ?1 AND is_expiry <> ?2";
                connection.execute(set, (stored.number, declared.is_expiry()))?;
            }
            Some(stored) => {
                remove(connection, &stored)?;
                build(connection, name, declared)?;
            }
            None => build(connection, name, declared)?,
        }
    }
    Ok(())
}

fn remove(connection: &Connection, stored: &StoredIndex) -> Result<(), StoreError> {
    connection.execute("DELETE FROM entries WHERE number = ?1", [stored.number])?;
    connection.execute("DELETE FROM indexes WHERE number = ?1", [stored.number])?;
    Ok(())
}

fn build(connection: &Connection, collection: &str, index: &Index) -> Result<(), StoreError> {
    let keys: Vec<&str> = index.keys().iter().map(Path::as_str).collect();
    connection.execute(
        "INSERT INTO indexes (collection, name, keys, is_unique, is_expiry) VALUES (?1, ?2, ?3, ?4, ?5)",
        (collection, index.name(), keys.join(","), index.is_unique(), index.is_expiry()),
    )?;
    let mut stored = StoredIndex {
        number: connection.last_insert_rowid(),
        name: index.name().to_owned(),
        keys: index.keys().to_vec(),
        unique: index.is_unique(),
        many: false,
    };
    rows::each_of_collection(connection, collection, |id, document| {
        if !stored.holds(document) {
            return Ok(());
        }
        let keys = entry::keys(document, &stored.keys)
            .map_err(|_| StoreError::internal(IndexError::ParallelArrays(index_name(collection, index))))?;
        match rows::add_entries(connection, &mut stored, id, &keys)? {
            rows::Added::All => Ok(()),
            rows::Added::Duplicate => {
                Err(StoreError::internal(IndexError::Duplicate(index_name(collection, index))))
            }
        }
    })
}

fn index_name(collection: &str, index: &Index) -> String {
    format!("{collection}.{}", index.name())
}
