//! Documents of the bridge's own collections that it can't read.

use std::sync::Arc;

use bson::spec::BinarySubtype;
use bson::{Binary, Bson, DateTime, Document, RawDocumentBuf, doc};
use protocol::{CollectionName, Expect, Filter, Operation, Path, Scalar};
use uuid::Uuid;

use crate::error_chain::Chain;
use crate::metrics::{Metrics, SetAsideLabels};
use crate::store::{Store, StoreError};

/// Moves documents that can't be read to `_set_aside`, so that they delay nothing else. They stay there until somebody
/// decides.
#[derive(Clone)]
pub(crate) struct SetAside {
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
}

/// A document that can't be read.
pub(crate) struct Unreadable {
    document: RawDocumentBuf,
    reason: StoreError,
}

/// The documents of a page that can be read, and those that can't.
pub(crate) struct Page<T> {
    pub(crate) readable: Vec<T>,
    pub(crate) unreadable: Vec<Unreadable>,
}

impl<T> Page<T> {
    pub(crate) fn read(
        documents: Vec<RawDocumentBuf>,
        read: impl Fn(&RawDocumentBuf) -> Result<T, StoreError>,
    ) -> Self {
        let mut page = Self { readable: Vec::with_capacity(documents.len()), unreadable: Vec::new() };
        for document in documents {
            match read(&document) {
                Ok(readable) => page.readable.push(readable),
                Err(reason) => page.unreadable.push(Unreadable { document, reason }),
            }
        }
        page
    }
}

impl SetAside {
    pub(crate) fn new(store: Arc<dyn Store>, metrics: Arc<Metrics>) -> Self {
        Self { store, metrics }
    }

    /// Moves the documents, unless another bridge does. One whose id is no scalar can't be named, so it stays where it is:
    /// it sorts behind all others, and delays none.
    pub(crate) async fn take(
        &self,
        collection: &CollectionName,
        unreadable: Vec<Unreadable>,
    ) -> Result<(), StoreError> {
        for Unreadable { document, reason } in unreadable {
            let Some(id) = id(&document) else { continue };
            let kept = doc! {
                "_id": Uuid::now_v7().to_string(),
                "collection": collection.as_str(),
                "reason": Chain(&reason).to_string(),
                "at": DateTime::now(),
                "document": content(document),
            };
            let keep = Operation::Insert { collection: set_aside(), document: kept };
            let filter = Filter::Eq(Path::id(), id);
            let remove =
                Operation::Delete { collection: collection.clone(), filter, expect: Expect::Exactly(1) };
            match self.store.transact(&[remove, keep]).await {
                Ok(_) => {
                    let collection = collection.as_str();
                    tracing::error!(collection, reason = %Chain(&reason), "an unreadable document was set aside");
                    let labels = SetAsideLabels { collection: collection.to_owned() };
                    self.metrics.set_aside.get_or_create(&labels).inc();
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error @ StoreError::Unavailable(_)) => return Err(error),
                // One that can't be moved either, such as a document that is too large, delays no other.
                Err(error) => {
                    let collection = collection.as_str();
                    tracing::error!(collection, error = %Chain(&error), "an unreadable document can't be set aside");
                }
            }
        }
        Ok(())
    }
}

fn set_aside() -> CollectionName {
    CollectionName::internal("set_aside")
}

fn id(document: &RawDocumentBuf) -> Option<Scalar> {
    match Bson::try_from(document.get("_id").ok()??).ok()? {
        Bson::String(id) => Some(Scalar::Text(id)),
        Bson::Int32(id) => Some(Scalar::Int(id.into())),
        Bson::Int64(id) => Some(Scalar::Int(id)),
        Bson::Double(id) if !id.is_nan() => Some(Scalar::Double(id)),
        Bson::Boolean(id) => Some(Scalar::Bool(id)),
        Bson::DateTime(id) => Some(Scalar::Time(id)),
        _ => None,
    }
}

/// The document, or its bytes if it isn't even one.
fn content(document: RawDocumentBuf) -> Bson {
    match Document::try_from(document.as_ref()) {
        Ok(document) => Bson::Document(document),
        Err(_) => Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: document.into_bytes() }),
    }
}
