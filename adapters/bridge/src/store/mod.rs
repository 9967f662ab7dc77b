//! What the bridge asks of a database, and the two that answer: MongoDB and SQLite.
//!
//! Both give the same answers to the same requests; `tests/store_contract` holds them to it.

mod fit;
mod mongodb;
mod page;
mod sqlite;

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bson::RawDocumentBuf;
use bytes::Bytes;
use futures::Stream;
use protocol::{Conflict, Operation, Outcome, Query, QueryResult};

use crate::StoreUrl;
use application::Collections;

pub use mongodb::MongoStore;
pub use sqlite::SqliteStore;

/// The bytes of a blob, in pieces.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, StoreError>> + Send>>;

/// A blob as it is read.
pub struct Blob {
    /// Its media type as it was stored.
    pub media_type: String,
    /// Its length in bytes.
    pub length: u64,
    /// Its bytes.
    pub bytes: ByteStream,
}

/// Why a store did not do what it was asked. In every case nothing was changed, but for
/// [`StoreError::Unavailable`], where a commit's fate may be unknown.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An expectation was not met or a unique key is taken.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// The request contradicts what is stored: `Inc` of a text, `Push` to a number. Names the operation.
    #[error("{0}")]
    Unfit(String),
    /// The store can't be reached, is overloaded or took too long.
    #[error("store unavailable: {0}")]
    Unavailable(String),
    /// The store's or the bridge's own fault.
    #[error("store failed: {0}")]
    Internal(String),
}

/// A database with atomic transactions over typed operations. Requests have passed [`protocol::Check`].
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Makes collections and indexes that are missing. Idempotent; several bridges may do it at once.
    async fn prepare(&self, collections: &Collections) -> Result<(), StoreError>;

    /// Answers one query.
    async fn query(&self, query: &Query) -> Result<QueryResult<RawDocumentBuf>, StoreError>;

    /// Makes all operations in their order, or none. Transient conflicts between transactions are retried within.
    ///
    /// Every check holds when the transaction commits. One for an exact number must name its documents by `_id`, since
    /// only then can those that are not there be kept away; any other is [`StoreError::Unfit`].
    async fn transact(&self, operations: &[Operation]) -> Result<Vec<Outcome>, StoreError>;

    /// Stores a blob under an id, replacing what was there. At most `limit` bytes; more is [`StoreError::Unfit`].
    async fn put_blob(
        &self,
        id: &str,
        media_type: &str,
        bytes: ByteStream,
        limit: u64,
    ) -> Result<u64, StoreError>;

    /// Reads a blob.
    async fn get_blob(&self, id: &str) -> Result<Option<Blob>, StoreError>;

    /// Whether the store can serve now.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// The store at an address. Nothing is connected to or opened before the first request.
pub fn open(url: &StoreUrl) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match url {
        StoreUrl::Mongo(uri) => Arc::new(MongoStore::at(uri)?),
        StoreUrl::Sqlite(path) => Arc::new(SqliteStore::at(path)),
    })
}
