//! Checks that hold when the transaction commits.
//!
//! A MongoDB transaction reads a snapshot, and other transactions may write what it only read. So whatever a check
//! depends on is written: a field that no request can name is set on the documents and removed again. That leaves them
//! unchanged but holds their write locks until the commit: if another transaction wrote them since the snapshot, this
//! one starts again, and if another wants to write them, it gets a conflict. For a document that must not exist, its
//! `_id` is inserted and deleted again, which locks its entry in the index of ids.

use bson::{Bson, Document, doc};
use futures::TryStreamExt;
use mongodb::{ClientSession, Database};
use protocol::{CollectionName, Expect, Filter};

use super::error::unreadable;
use super::failure::Failure;
use super::filter;
use crate::store::error::StoreError;
use crate::store::fit;
use crate::store::limits::{LOCK_FIELD, MAX_CHANGED};

/// MongoDB reported errors of single writes in the reply, instead of failing the command.
#[derive(Debug, thiserror::Error)]
#[error("documents could not be locked for a check")]
struct NotLocked;

/// An operation within a transaction.
pub(super) struct Step<'a> {
    pub(super) database: &'a Database,
    pub(super) session: &'a mut ClientSession,
    pub(super) collection: &'a CollectionName,
    /// The position of the operation.
    pub(super) number: usize,
}

impl Step<'_> {
    /// Counts the documents that match a filter, and locks those that the expectation depends on.
    pub(super) async fn check(&mut self, filter: &Filter, expect: Expect) -> Result<u64, Failure> {
        if let (Some(ids), Expect::Exactly(_) | Expect::AtLeast(1..)) = (fit::pinned_ids(filter), expect) {
            let ids: Vec<Bson> = ids.into_iter().map(Bson::from).collect();
            self.lock_with_absent(&ids).await?;
            return self.count(filter).await;
        }
        let matched = self.count(filter).await?;
        if let Expect::AtLeast(needed @ 1..) = expect
            && expect.met_by(matched)
        {
            let ids = self.ids(filter::to_document(filter), needed.into()).await?;
            self.lock(&ids).await?;
        }
        Ok(matched)
    }

    /// Locks all documents that match a filter.
    pub(super) async fn lock_matching(&mut self, filter: &Filter) -> Result<(), Failure> {
        let ids = self.ids(filter::to_document(filter), MAX_CHANGED as u64).await?;
        self.lock(&ids).await.map(drop)
    }

    async fn count(&mut self, filter: &Filter) -> Result<u64, Failure> {
        let documents = self.database.collection::<Document>(self.collection.as_str());
        let count = documents.count_documents(filter::to_document(filter)).session(&mut *self.session).await;
        count.map_err(|error| Failure::new(&error, self.number))
    }

    async fn ids(&mut self, filter: Document, limit: u64) -> Result<Vec<Bson>, Failure> {
        let documents = self.database.collection::<Document>(self.collection.as_str());
        let failed = |error| Failure::new(&error, self.number);
        let found = documents
            .find(filter)
            .projection(doc! { "_id": 1 })
            .limit(limit.cast_signed())
            .session(&mut *self.session)
            .await;
        let mut found = found.map_err(failed)?;
        let found: Vec<Document> = found.stream(self.session).try_collect().await.map_err(failed)?;
        Ok(found.into_iter().filter_map(|mut document| document.remove("_id")).collect())
    }

    /// Locks the documents with these ids, and the ids that don't exist.
    async fn lock_with_absent(&mut self, ids: &[Bson]) -> Result<(), Failure> {
        if ids.is_empty() || self.lock(ids).await? == ids.len() {
            return Ok(());
        }
        let there = self.ids(doc! { "_id": { "$in": ids } }, ids.len() as u64).await?;
        let absent: Vec<&Bson> = ids.iter().filter(|id| !there.contains(id)).collect();
        let documents = self.database.collection::<Document>(self.collection.as_str());
        let failed = |error| Failure::new(&error, self.number);
        let placeholders: Vec<Document> = absent.iter().map(|id| doc! { "_id": *id }).collect();
        documents.insert_many(placeholders).session(&mut *self.session).await.map_err(failed)?;
        let gone = documents.delete_many(doc! { "_id": { "$in": absent } }).session(&mut *self.session).await;
        gone.map(drop).map_err(failed)
    }

    /// Locks the documents with these ids, and returns how many exist.
    async fn lock(&mut self, ids: &[Bson]) -> Result<usize, Failure> {
        let these = doc! { "_id": { "$in": ids } };
        let field = doc! { LOCK_FIELD: true };
        let command = doc! {
            "update": self.collection.as_str(),
            "updates": [
                { "q": these.clone(), "u": { "$set": field.clone() }, "multi": true },
                { "q": these, "u": { "$unset": field }, "multi": true },
            ],
        };
        let reply = self.database.run_command(command).session(&mut *self.session).await;
        let reply = reply.map_err(|error| Failure::new(&error, self.number))?;
        if reply.contains_key("writeErrors") {
            return Err(Failure::Final(StoreError::internal(NotLocked)));
        }
        let written = reply.get_i32("n").map_err(|error| Failure::Final(unreadable(error)))?;
        Ok(usize::try_from(written / 2).unwrap_or_default())
    }
}
