use serde::Serialize;

use crate::document::make_document;
use crate::{
    Collection, EventType, Expect, Filter, NewEvent, Operation, ToDocument, TransactRequest, Unencodable,
    Update,
};

/// Operations and events that commit together or not at all. Operations are numbered from 0, in the order they were
/// added; a conflict names the operation that failed.
#[derive(Debug)]
pub struct Transaction {
    built: Result<TransactRequest, Unencodable>,
}

impl Default for Transaction {
    fn default() -> Self {
        Self { built: Ok(TransactRequest::default()) }
    }
}

impl Transaction {
    /// An empty transaction.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Inserts a document with its `_id`.
    #[must_use]
    pub fn insert<T: ToDocument>(self, collection: Collection<T>, document: &T) -> Self {
        self.with(|request| {
            let document = document.to_document()?;
            request.operations.push(Operation::Insert { collection: collection.name(), document });
            Ok(())
        })
    }

    /// Replaces the document that has the same `_id`, or inserts it.
    #[must_use]
    pub fn upsert<T: ToDocument>(self, collection: Collection<T>, document: &T) -> Self {
        self.with(|request| {
            let document = document.to_document()?;
            request.operations.push(Operation::Upsert { collection: collection.name(), document });
            Ok(())
        })
    }

    /// Updates every document that matches the filter.
    #[must_use]
    pub fn update<T>(
        self,
        collection: Collection<T>,
        filter: Filter,
        update: Update,
        expect: Expect,
    ) -> Self {
        self.push(Operation::Update { collection: collection.name(), filter, update, expect })
    }

    /// Deletes every document that matches the filter.
    #[must_use]
    pub fn delete<T>(self, collection: Collection<T>, filter: Filter, expect: Expect) -> Self {
        self.push(Operation::Delete { collection: collection.name(), filter, expect })
    }

    /// Emits an event of any type. Endpoints emit typed events, which only those can that declare them.
    #[must_use]
    pub fn with_event<T: Serialize>(self, kind: &'static str, subject: String, data: &T) -> Self {
        self.with(|request| {
            let kind = EventType::parse(kind).expect("event types are written in code");
            request.events.push(NewEvent { kind, subject, data: make_document(data)? });
            Ok(())
        })
    }

    /// The request for the bridge, unless a document or an event could not be encoded.
    pub fn into_request(self) -> Result<TransactRequest, Unencodable> {
        self.built
    }

    fn push(self, operation: Operation) -> Self {
        self.with(|request| {
            request.operations.push(operation);
            Ok(())
        })
    }

    fn with(mut self, add: impl FnOnce(&mut TransactRequest) -> Result<(), Unencodable>) -> Self {
        if let Ok(request) = &mut self.built
            && let Err(error) = add(request)
        {
            self.built = Err(error);
        }
        self
    }
}
