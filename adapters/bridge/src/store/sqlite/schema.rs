//! The tables of the file, and how the indexes of each collection are made in it.

use protocol::Path;
use rusqlite::Connection;

use super::index::{Stored, indexes};
use super::{entry, rows};
use crate::store::error::StoreError;
use application::{Collection, Index};

/// Made on each new connection where they are missing. An index's entries are rows of `entries`, of which a
/// document has one a key; `many` says that some document had several keys, ever.
pub(super) const TABLES: &str = "
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

/// Why an index can't be built over the documents that are there.
#[derive(Debug, thiserror::Error)]
enum IndexError {
    #[error("{0}: two of the indexed fields are arrays in one document")]
    ParallelArrays(String),
    #[error("{0}: two documents share a key")]
    Duplicate(String),
}

/// Makes a collection's indexes as they are declared: missing ones are built, changed ones rebuilt, others removed.
pub(super) fn prepare(connection: &Connection, collection: &Collection) -> Result<(), StoreError> {
    let name = collection.name().as_str();
    for stored in indexes(connection, name)? {
        if !collection.indexes().iter().any(|index| index.name() == stored.name) {
            remove(connection, &stored)?;
        }
    }
    for index in collection.indexes() {
        let stored = indexes(connection, name)?.into_iter().find(|stored| stored.name == index.name());
        let same = |stored: &Stored| stored.keys == index.keys() && stored.unique == index.is_unique();
        match stored {
            Some(stored) if same(&stored) => {
                let set = "UPDATE indexes SET is_expiry = ?2 WHERE number = ?1 AND is_expiry <> ?2";
                connection.execute(set, (stored.number, index.is_expiry()))?;
            }
            Some(stored) => {
                remove(connection, &stored)?;
                build(connection, name, index)?;
            }
            None => build(connection, name, index)?,
        }
    }
    Ok(())
}

fn remove(connection: &Connection, stored: &Stored) -> Result<(), StoreError> {
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
    let mut stored = Stored {
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
            rows::Added::Taken => {
                Err(StoreError::internal(IndexError::Duplicate(index_name(collection, index))))
            }
        }
    })
}

fn index_name(collection: &str, index: &Index) -> String {
    format!("{collection}.{}", index.name())
}
