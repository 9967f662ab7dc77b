//! A store in one SQLite file: durable, in the bridge's own process.
//!
//! Documents are BSON in one table. The entries of their indexes are rows of another, with keys whose bytes sort as
//! MongoDB sorts values. Filters and updates are evaluated with MongoDB's semantics. One transaction writes at a time,
//! so every check holds when it commits; queries read snapshots meanwhile.

mod blob;
mod bounds;
mod change;
mod entry;
mod error;
mod expiry;
mod facet;
mod index;
mod key;
mod matcher;
mod plan;
mod pool;
mod query;
mod rows;
mod scan;
mod schema;
mod transact;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bson::{DateTime, RawDocumentBuf};
use protocol::{Operation, Outcome, Query, QueryResult};
use rusqlite::TransactionBehavior;
use tokio::sync::OnceCell;

use super::api::{Blob, ByteStream, Store};
use super::error::StoreError;
use super::fit;
use crate::config::SqliteSettings;
use crate::error_chain::Chain;
use application::Collections;
use pool::Pool;

/// A store in one SQLite file.
pub struct SqliteStore {
    inner: Arc<Inner>,
    sweep_interval: Duration,
    sweeper: OnceCell<()>,
}

struct Inner {
    writer: Pool,
    readers: Pool,
    schema: OnceCell<()>,
}

impl SqliteStore {
    /// Takes the path of the file. It is created when it is first needed; its folder must exist.
    pub fn new(path: &Path, settings: SqliteSettings) -> Self {
        let timeout = settings.timeout.get();
        let inner = Inner {
            writer: Pool::new(path, 1, timeout),
            readers: Pool::new(path, settings.readers.get() as usize, timeout),
            schema: OnceCell::new(),
        };
        let sweep_interval = settings.sweep_interval.get();
        Self { inner: Arc::new(inner), sweep_interval, sweeper: OnceCell::new() }
    }

    /// Removes expired documents and returns how many. Once prepared, the store does this by itself.
    pub async fn sweep_expired(&self, now: DateTime) -> Result<u64, StoreError> {
        self.inner.sweep(now).await
    }
}

impl Inner {
    async fn writer(&self) -> Result<&Pool, StoreError> {
        self.schema.get_or_try_init(|| self.writer.run(|connection| schema::init(connection))).await?;
        Ok(&self.writer)
    }

    async fn readers(&self) -> Result<&Pool, StoreError> {
        self.writer().await?;
        Ok(&self.readers)
    }

    async fn sweep(&self, now: DateTime) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let (some, more) =
                self.writer().await?.run(move |connection| expiry::sweep(connection, now)).await?;
            removed += some;
            if !more {
                return Ok(removed);
            }
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn prepare(&self, collections: &Collections) -> Result<(), StoreError> {
        let collections = collections.clone();
        let prepare = move |connection: &mut rusqlite::Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            collections.iter().try_for_each(|collection| schema::prepare(&transaction, collection))?;
            Ok(transaction.commit()?)
        };
        self.inner.writer().await?.run(prepare).await?;
        self.sweeper.get_or_init(|| async { spawn_sweeper(&self.inner, self.sweep_interval) }).await;
        Ok(())
    }

    async fn query(&self, query: &Query) -> Result<QueryResult<RawDocumentBuf>, StoreError> {
        let query = query.clone();
        self.inner.readers().await?.run(move |connection| query::answer(connection, &query)).await
    }

    async fn transact(&self, operations: &[Operation]) -> Result<Vec<Outcome>, StoreError> {
        fit::check(operations)?;
        let operations = operations.to_vec();
        self.inner.writer().await?.run(move |connection| transact::run(connection, &operations)).await
    }

    async fn put_blob(
        &self,
        id: &str,
        media_type: &str,
        bytes: ByteStream,
        limit: u64,
    ) -> Result<u64, StoreError> {
        blob::put(self.inner.writer().await?, id, media_type, bytes, limit).await
    }

    async fn get_blob(&self, id: &str) -> Result<Option<Blob>, StoreError> {
        blob::get(self.inner.readers().await?, id).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let select =
            |connection: &mut rusqlite::Connection| Ok(connection.query_row("SELECT 1", [], |_| Ok(()))?);
        self.inner.readers().await?.run(select).await
    }
}

/// Removes expired documents until the store is dropped.
fn spawn_sweeper(inner: &Arc<Inner>, every: Duration) {
    let weak = Arc::downgrade(inner);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let Some(inner) = weak.upgrade() else { return };
            let swept = async {
                inner.sweep(DateTime::now()).await?;
                inner.writer().await?.run(blob::sweep).await
            };
            if let Err(error) = swept.await {
                tracing::warn!(error = %Chain(&error), "expired documents could not be removed; the next sweep will retry");
            }
        }
    });
}
