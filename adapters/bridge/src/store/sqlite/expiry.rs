//! Removes expired documents a while after the time in their field has passed, as MongoDB does.

use bson::DateTime;
use protocol::Scalar;
use rusqlite::{Connection, TransactionBehavior};

use super::{index, key, rows};
use crate::store::error::StoreError;

/// How many documents one transaction removes, so that other writers get their turn.
const BATCH: usize = 500;

/// Removes some of the expired documents. Returns how many, and whether there may be more.
pub(super) fn sweep(connection: &mut Connection, now: DateTime) -> Result<(u64, bool), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (lower, _) = key::kind_range(&Scalar::Time(now));
    let mut upper = key::encode_scalar(&Scalar::Time(now));
    upper.push(key::AFTER);
    let mut expired: Vec<(String, String)> = Vec::new();
    {
        // Joined in this order, each expiry index is read only up to now.
        let mut statement = transaction.prepare_cached(
            "SELECT i.collection, e.id FROM indexes i CROSS JOIN entries e ON e.number = i.number
             WHERE i.is_expiry AND e.key >= ?1 AND e.key < ?2 LIMIT ?3",
        )?;
        let mut found = statement.query((lower, upper, BATCH.cast_signed()))?;
        while let Some(row) = found.next()? {
            expired.push((row.get(0)?, row.get(1)?));
        }
    }
    let mut removed = 0;
    for (collection, id) in &expired {
        // A document with two expired times is found twice.
        let Some(old) = rows::find(&transaction, collection, id)? else { continue };
        let indexes = index::read(&transaction, collection)?;
        rows::remove(&transaction, collection, &indexes, id, rows::parse(&old)?)?;
        removed += 1;
    }
    transaction.commit()?;
    Ok((removed, expired.len() == BATCH))
}
