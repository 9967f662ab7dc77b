//! Reads and writes documents together with their entries in indexes.

use bson::{Document, RawDocument};
use rusqlite::{Connection, OptionalExtension};

use super::entry;
use super::error::unreadable;
use super::index::StoredIndex;
use crate::store::error::StoreError;
use crate::store::limits::MAX_DOCUMENT_BYTES;
use crate::store::unfit::UnfitOperation;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    All,
    /// The index is unique, and another document has one of the keys.
    Duplicate,
}

/// Why a document was not written.
pub(super) enum Refused {
    /// Another document has the key in this unique index.
    Duplicate(String),
    Unfit(UnfitOperation),
    Store(StoreError),
}

impl<E: Into<StoreError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Store(error.into())
    }
}

/// Finds a document by id.
pub(super) fn find(
    connection: &Connection,
    collection: &str,
    id: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT body FROM documents WHERE collection = ?1 AND id = ?2")?;
    Ok(statement.query_row((collection, id), |row| row.get(0)).optional()?)
}

/// Visits each document of a collection, in the order of their ids.
pub(super) fn each_of_collection(
    connection: &Connection,
    collection: &str,
    mut visit: impl FnMut(&str, &RawDocument) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare("SELECT id, body FROM documents WHERE collection = ?1 ORDER BY id")?;
    let mut rows = statement.query([collection])?;
    while let Some(row) = rows.next()? {
        let (id, body) = (row.get_ref(0)?.as_str(), row.get_ref(1)?.as_blob());
        visit(id.map_err(unreadable)?, parse(body.map_err(unreadable)?)?)?;
    }
    Ok(())
}

pub(super) fn parse(body: &[u8]) -> Result<&RawDocument, StoreError> {
    RawDocument::from_bytes(body).map_err(unreadable)
}

/// Writes a document and its entries, replacing the old one if there was one.
pub(super) fn put(
    connection: &Connection,
    collection: &str,
    indexes: &mut [StoredIndex],
    id: &str,
    old: Option<&RawDocument>,
    new: &Document,
) -> Result<(), Refused> {
    let body = encode(new)?;
    let new = parse(&body)?;
    if old.is_some_and(|old| old.as_bytes() == new.as_bytes()) {
        return Ok(());
    }
    for index in indexes {
        let before = keys(index, old);
        let after = keys(index, Some(new))
            .map_err(|_| Refused::Unfit(UnfitOperation::ParallelArrays { index: index.name.clone() }))?;
        // A stored document has keys; without an old document there are none to remove.
        let before = before.unwrap_or_default();
        for gone in before.iter().filter(|key| after.binary_search(key).is_err()) {
            remove_entry(connection, index, id, gone)?;
        }
        if add_missing(connection, index, id, &before, &after)? == Added::Duplicate {
            return Err(Refused::Duplicate(index.name.clone()));
        }
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO documents (collection, id, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (collection, id) DO UPDATE SET body = excluded.body",
    )?;
    statement.execute((collection, id, &body))?;
    Ok(())
}

/// Removes a document and its entries.
pub(super) fn remove(
    connection: &Connection,
    collection: &str,
    indexes: &[StoredIndex],
    id: &str,
    old: &RawDocument,
) -> Result<(), StoreError> {
    for index in indexes {
        for gone in keys(index, Some(old)).unwrap_or_default() {
            remove_entry(connection, index, id, &gone)?;
        }
    }
    connection
        .prepare_cached("DELETE FROM documents WHERE collection = ?1 AND id = ?2")?
        .execute((collection, id))?;
    Ok(())
}

/// Adds the entries of a document that has none in the index.
pub(super) fn add_entries(
    connection: &Connection,
    index: &mut StoredIndex,
    id: &str,
    keys: &[Vec<u8>],
) -> Result<Added, StoreError> {
    add_missing(connection, index, id, &[], keys)
}

fn add_missing(
    connection: &Connection,
    index: &mut StoredIndex,
    id: &str,
    before: &[Vec<u8>],
    after: &[Vec<u8>],
) -> Result<Added, StoreError> {
    if after.len() > 1 && !index.many {
        index.many = true;
        let mut statement = connection.prepare_cached("UPDATE indexes SET many = 1 WHERE number = ?1")?;
        statement.execute([index.number])?;
    }
    for key in after.iter().filter(|key| before.binary_search(key).is_err()) {
        if index.unique {
            let mut statement =
                connection.prepare_cached("SELECT 1 FROM entries WHERE number = ?1 AND key = ?2 LIMIT 1")?;
            if statement.exists((index.number, key))? {
                return Ok(Added::Duplicate);
            }
        }
        connection.prepare_cached("INSERT INTO entries (number, key, id) VALUES (?1, ?2, ?3)")?.execute((
            index.number,
            key,
            id,
        ))?;
    }
    Ok(Added::All)
}

fn remove_entry(
    connection: &Connection,
    index: &StoredIndex,
    id: &str,
    key: &[u8],
) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM entries WHERE number = ?1 AND key = ?2 AND id = ?3")?
        .execute((index.number, key, id))?;
    Ok(())
}

fn keys(index: &StoredIndex, document: Option<&RawDocument>) -> Result<Vec<Vec<u8>>, entry::ParallelArrays> {
    match document {
        Some(document) if index.holds(document) => entry::keys(document, &index.keys),
        _ => Ok(Vec::new()),
    }
}

/// Encodes a document with its `_id` first, as MongoDB does.
fn encode(document: &Document) -> Result<Vec<u8>, Refused> {
    let reordered;
    let document = if document.keys().next().is_some_and(|first| first == "_id") {
        document
    } else {
        let (id, rest): (Vec<_>, Vec<_>) = document.clone().into_iter().partition(|(name, _)| name == "_id");
        reordered = id.into_iter().chain(rest).collect();
        &reordered
    };
    let body = bson::serialize_to_vec(document)
        .map_err(|error| Refused::Unfit(UnfitOperation::Unencodable(error)))?;
    if body.len() > MAX_DOCUMENT_BYTES {
        return Err(Refused::Unfit(UnfitOperation::DocumentTooLarge));
    }
    Ok(body)
}
