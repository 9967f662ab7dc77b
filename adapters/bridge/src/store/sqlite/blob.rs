//! Blobs in chunks, so that no blob is ever in memory as a whole.

use bytes::Bytes;
use futures::{StreamExt, stream};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::pool::Pool;
use crate::store::api::{Blob, ByteStream};
use crate::store::error::StoreError;
use crate::store::unfit::Unfit;

/// The size of a chunk. The last may be smaller.
const CHUNK: usize = 256 * 1024;
/// After how many seconds an unfinished upload is removed.
const ABANDONED_AFTER_SECONDS: i64 = 24 * 60 * 60;

#[derive(Debug, thiserror::Error)]
#[error("the blob was replaced while it was read")]
struct Replaced;

struct Found {
    number: i64,
    media_type: String,
    length: u64,
}

/// Stores a blob, which replaces the previous one of this id once it is complete.
pub(super) async fn put(
    pool: &Pool,
    id: &str,
    media_type: &str,
    bytes: ByteStream,
    limit: u64,
) -> Result<u64, StoreError> {
    let (id, media_type) = (id.to_owned(), media_type.to_owned());
    let start_id = id.clone();
    let number = pool.run(move |connection| start(connection, &start_id, &media_type)).await?;
    match receive(pool, number, bytes, limit).await {
        Ok(length) => {
            pool.run(move |connection| finish(connection, &id, number, length)).await?;
            Ok(length)
        }
        Err(error) => {
            pool.run(move |connection| remove(connection, number)).await?;
            Err(error)
        }
    }
}

/// Reads a blob chunk by chunk. If it is replaced meanwhile, reading fails.
pub(super) async fn get(pool: &Pool, id: &str) -> Result<Option<Blob>, StoreError> {
    let id = id.to_owned();
    let Some(Found { number, media_type, length }) =
        pool.run(move |connection| find(connection, &id)).await?
    else {
        return Ok(None);
    };
    let pool = pool.clone();
    let chunks = length.div_ceil(CHUNK as u64).cast_signed();
    let bytes = stream::iter(0..chunks).then(move |part| {
        let pool = pool.clone();
        async move { pool.run(move |connection| read_chunk(connection, number, part)).await }
    });
    Ok(Some(Blob { media_type, length, bytes: bytes.boxed() }))
}

async fn receive(pool: &Pool, number: i64, mut bytes: ByteStream, limit: u64) -> Result<u64, StoreError> {
    let mut length = 0;
    let mut part = 0;
    let mut waiting: Vec<u8> = Vec::new();
    while let Some(next) = bytes.next().await {
        let next = next?;
        length += next.len() as u64;
        if length > limit {
            return Err(Unfit::BlobTooLarge { limit }.into());
        }
        waiting.extend_from_slice(&next);
        while waiting.len() >= CHUNK {
            let rest = waiting.split_off(CHUNK);
            let chunk = std::mem::replace(&mut waiting, rest);
            pool.run(move |connection| insert_chunk(connection, number, part, &chunk)).await?;
            part += 1;
        }
    }
    if !waiting.is_empty() {
        pool.run(move |connection| insert_chunk(connection, number, part, &waiting)).await?;
    }
    Ok(length)
}

fn start(connection: &Connection, id: &str, media_type: &str) -> Result<i64, StoreError> {
    connection.execute(
        "INSERT INTO blobs (id, media_type, started) VALUES (?1, ?2, unixepoch())",
        (id, media_type),
    )?;
    Ok(connection.last_insert_rowid())
}

fn insert_chunk(connection: &Connection, number: i64, part: i64, bytes: &[u8]) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT INTO blob_chunks (blob, part, bytes) VALUES (?1, ?2, ?3)")?
        .execute((number, part, bytes))?;
    Ok(())
}

fn finish(connection: &mut Connection, id: &str, number: i64, length: u64) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let older = "SELECT number FROM blobs WHERE id = ?1 AND length IS NOT NULL";
    transaction.execute(&format!("DELETE FROM blob_chunks WHERE blob IN ({older})"), [id])?;
    transaction.execute("DELETE FROM blobs WHERE id = ?1 AND length IS NOT NULL", [id])?;
    transaction.execute("UPDATE blobs SET length = ?2 WHERE number = ?1", (number, length.cast_signed()))?;
    transaction.commit()?;
    Ok(())
}

fn remove(connection: &mut Connection, number: i64) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("DELETE FROM blob_chunks WHERE blob = ?1", [number])?;
    transaction.execute("DELETE FROM blobs WHERE number = ?1", [number])?;
    transaction.commit()?;
    Ok(())
}

/// Removes uploads that a crash left unfinished.
pub(super) fn sweep(connection: &mut Connection) -> Result<(), StoreError> {
    let abandoned = "SELECT number FROM blobs WHERE length IS NULL AND started < unixepoch() - ?1";
    let numbers: Vec<i64> = connection
        .prepare_cached(abandoned)?
        .query_map([ABANDONED_AFTER_SECONDS], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    numbers.into_iter().try_for_each(|number| remove(connection, number))
}

fn find(connection: &Connection, id: &str) -> Result<Option<Found>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT number, media_type, length FROM blobs WHERE id = ?1 AND length IS NOT NULL",
    )?;
    let found = statement.query_row([id], |row| {
        let length: i64 = row.get(2)?;
        Ok(Found { number: row.get(0)?, media_type: row.get(1)?, length: length.cast_unsigned() })
    });
    Ok(found.optional()?)
}

fn read_chunk(connection: &Connection, number: i64, part: i64) -> Result<Bytes, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT bytes FROM blob_chunks WHERE blob = ?1 AND part = ?2")?;
    let bytes: Option<Vec<u8>> = statement.query_row((number, part), |row| row.get(0)).optional()?;
    bytes.map(Bytes::from).ok_or_else(|| StoreError::internal(Replaced))
}
