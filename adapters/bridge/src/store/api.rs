use std::pin::Pin;

use async_trait::async_trait;
use bson::RawDocumentBuf;
use bytes::Bytes;
use futures::Stream;
use protocol::{Operation, Outcome, Query, QueryResult};

use super::error::StoreError;
use application::Collections;

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
