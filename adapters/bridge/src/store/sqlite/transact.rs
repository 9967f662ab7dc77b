//! Applies all operations of a transaction, or none.

use std::collections::HashMap;
use std::ops::ControlFlow;

use bson::{Bson, Document};
use protocol::{CollectionName, Conflict, Expect, Filter, Operation, Outcome, Update};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::unreadable;
use super::index::{self, StoredIndex};
use super::rows::Refused;
use super::{change, plan, rows, scan};
use crate::store::error::StoreError;
use crate::store::limits::MAX_CHANGED;
use crate::store::unfit::UnfitOperation;

/// Applies all operations in order, or none. Only one such transaction runs at a time, so what an operation has read
/// still holds at the commit.
pub(super) fn run(connection: &mut Connection, operations: &[Operation]) -> Result<Vec<Outcome>, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut run = Run { transaction: &transaction, indexes: HashMap::new() };
    let mut outcomes = Vec::with_capacity(operations.len());
    for (n, operation) in operations.iter().enumerate() {
        outcomes.push(Outcome { matched: run.apply(n, operation)? });
    }
    transaction.commit()?;
    Ok(outcomes)
}

struct Run<'a> {
    transaction: &'a Transaction<'a>,
    indexes: HashMap<CollectionName, Vec<StoredIndex>>,
}

struct Old {
    id: String,
    body: Vec<u8>,
}

impl Run<'_> {
    fn apply(&mut self, n: usize, operation: &Operation) -> Result<u64, StoreError> {
        let collection = operation.collection();
        match operation {
            Operation::Insert { document, .. } => {
                if rows::find(self.transaction, collection.as_str(), id_of(document))?.is_some() {
                    return Err(duplicate(n, "_id".into()));
                }
                self.put(n, collection, None, document)?;
                Ok(1)
            }
            Operation::Upsert { document, .. } => {
                let id = id_of(document).to_owned();
                let old =
                    rows::find(self.transaction, collection.as_str(), &id)?.map(|body| Old { id, body });
                self.put(n, collection, old.as_ref(), document)?;
                Ok(1)
            }
            Operation::Update { filter, update, expect, .. } => {
                let matching = self.matching(n, collection, filter)?;
                for old in &matching {
                    self.change(n, collection, old, update)?;
                }
                check_expectation(n, *expect, matching.len() as u64)
            }
            Operation::Delete { filter, expect, .. } => {
                let matching = self.matching(n, collection, filter)?;
                for old in &matching {
                    let body = rows::parse(&old.body)?;
                    rows::remove(
                        self.transaction,
                        collection.as_str(),
                        self.indexes(collection)?,
                        &old.id,
                        body,
                    )?;
                }
                check_expectation(n, *expect, matching.len() as u64)
            }
            Operation::Check { filter, expect, .. } => {
                let mut matched = 0;
                self.each(collection, filter, |_| {
                    matched += 1;
                    ControlFlow::Continue(())
                })?;
                check_expectation(n, *expect, matched)
            }
        }
    }

    /// Finds the documents that an operation changes.
    fn matching(
        &mut self,
        n: usize,
        collection: &CollectionName,
        filter: &Filter,
    ) -> Result<Vec<Old>, StoreError> {
        let mut matching = Vec::new();
        self.each(collection, filter, |old| {
            matching.push(old);
            if matching.len() > MAX_CHANGED { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if matching.len() > MAX_CHANGED {
            return Err(UnfitOperation::TooManyDocuments.at(n).into());
        }
        Ok(matching)
    }

    fn each(
        &mut self,
        collection: &CollectionName,
        filter: &Filter,
        mut visit: impl FnMut(Old) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction;
        let chosen = plan::choose(filter, None, self.indexes(collection)?);
        scan::each(transaction, collection.as_str(), &chosen.plan, filter, &mut |id, document| {
            Ok(visit(Old { id: id.to_owned(), body: document.as_bytes().to_vec() }))
        })
    }

    fn change(
        &mut self,
        n: usize,
        collection: &CollectionName,
        old: &Old,
        update: &Update,
    ) -> Result<(), StoreError> {
        let mut document = Document::try_from(rows::parse(&old.body)?).map_err(unreadable)?;
        change::apply(update, &mut document).map_err(|reason| reason.at(n))?;
        self.put(n, collection, Some(old), &document)
    }

    fn put(
        &mut self,
        n: usize,
        collection: &CollectionName,
        old: Option<&Old>,
        new: &Document,
    ) -> Result<(), StoreError> {
        let transaction = self.transaction;
        let indexes = self.indexes(collection)?;
        let body = old.map(|old| rows::parse(&old.body)).transpose()?;
        rows::put(transaction, collection.as_str(), indexes, id_of(new), body, new).map_err(|refused| {
            match refused {
                Refused::Duplicate(index) => duplicate(n, index),
                Refused::Unfit(reason) => reason.at(n).into(),
                Refused::Store(error) => error,
            }
        })
    }

    fn indexes(&mut self, collection: &CollectionName) -> Result<&mut [StoredIndex], StoreError> {
        if !self.indexes.contains_key(collection) {
            let indexes = index::read(self.transaction, collection.as_str())?;
            self.indexes.insert(collection.clone(), indexes);
        }
        Ok(self.indexes.get_mut(collection).map_or(&mut [], Vec::as_mut_slice))
    }
}

fn id_of(document: &Document) -> &str {
    document.get("_id").and_then(Bson::as_str).unwrap_or_default()
}

fn check_expectation(operation: usize, expect: Expect, matched: u64) -> Result<u64, StoreError> {
    if expect.met_by(matched) {
        return Ok(matched);
    }
    let operation = u32::try_from(operation).unwrap_or(u32::MAX);
    Err(StoreError::Conflict(Conflict::Unmet { operation, matched }))
}

fn duplicate(operation: usize, index: String) -> StoreError {
    let operation = u32::try_from(operation).unwrap_or(u32::MAX);
    StoreError::Conflict(Conflict::Duplicate { operation, index })
}
