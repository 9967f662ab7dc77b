//! Ends transactions that a bridge left open when it died.
//!
//! MongoDB keeps them for a minute, unless it was started with a shorter `transactionLifetimeLimitSeconds`, and nobody can
//! write what they have written. A bridge that lives ends its own within [`super::transact`]'s limit; while a command of a
//! transaction runs, such as a commit that waits for a majority, it is left alone.

use bson::{Document, doc};
use futures::TryStreamExt as _;
use mongodb::options::ReadConcern;
use mongodb::{Client, Database};

use super::error;
use crate::store::error::StoreError;

/// How long a transaction may be open, in seconds.
const LIMIT: i64 = 3;

/// Ends the transactions of this bridge's user that were open for too long, and returns how many.
pub(super) async fn end(database: &Database) -> Result<u64, StoreError> {
    let client = database.client();
    let found = find(client).await;
    let sessions = found.map_err(|error| error::to_store_error(&error))?;
    if sessions.is_empty() {
        return Ok(0);
    }
    let count = sessions.len() as u64;
    let kill = client.database("admin").run_command(doc! { "killSessions": sessions }).await;
    kill.map_err(|error| error::to_store_error(&error))?;
    Ok(count)
}

/// The sessions whose transaction is too old. Whoever uses the shop's user sees those of this user alone.
async fn find(client: &Client) -> mongodb::error::Result<Vec<Document>> {
    let pipeline = [
        doc! { "$currentOp": { "allUsers": false, "idleSessions": true } },
        doc! { "$match": {
            "type": "idleSession",
            "transaction.timeOpenMicros": { "$gt": LIMIT * 1_000_000 },
        } },
        doc! { "$project": { "id": "$lsid.id" } },
    ];
    // MongoDB refuses the stage with any other.
    let found = client.database("admin").aggregate(pipeline).read_concern(ReadConcern::local()).await?;
    let found: Vec<Document> = found.try_collect().await?;
    Ok(found.into_iter().filter_map(|session| Some(doc! { "id": session.get("id")?.clone() })).collect())
}
