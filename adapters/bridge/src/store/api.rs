use std::pin::Pin;

use async_trait::async_trait;
use bson::RawDocumentBuf;
use bytes::Bytes;
use futures::Stream;
use protocol::{Operation, Outcome, Query, QueryResult};

use super::error::StoreError;
use application::Collections;

pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, StoreError>> + Send>>;

pub struct Blob {
    pub media_type: String,
    pub length: u64,
    pub bytes: ByteStream,
}

/// A database with atomic transactions of typed operations. Requests have passed [`protocol::Check`].
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Creates the collections and indexes that are missing. Idempotent; several bridges may do it at once.
    async fn prepare(&self, collections: &Collections) -> Result<(), StoreError>;

    async fn query(&self, query: &Query) -> Result<QueryResult<RawDocumentBuf>, StoreError>;

    /// Applies all operations in order, or none. Transient conflicts between transactions are retried.
    ///
    /// Every check holds when the transaction commits. A check for an exact number must name its documents by `_id`,
    /// because only then can missing documents be kept from being inserted; otherwise it is [`StoreError::Unfit`].
    async fn transact(&self, operations: &[Operation]) -> Result<Vec<Outcome>, StoreError>;

    /// Stores a blob under an id, replacing any previous one. More than `limit` bytes are [`StoreError::Unfit`].
    async fn put_blob(
        &self,
        id: &str,
        media_type: &str,
        bytes: ByteStream,
        limit: u64,
    ) -> Result<u64, StoreError>;

    async fn get_blob(&self, id: &str) -> Result<Option<Blob>, StoreError>;

    /// Ends transactions that a bridge left open when it died, and returns how many. Only a store that is a server has any.
    async fn end_abandoned(&self) -> Result<u64, StoreError> {
        Ok(0)
    }

    /// Fails unless the store can serve.
    async fn ping(&self) -> Result<(), StoreError>;
}
