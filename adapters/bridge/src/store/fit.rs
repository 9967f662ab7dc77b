//! Which documents a store takes: those that mean the same to both.

use bson::{Bson, Document};
use protocol::{Change, Filter, Operation, Path, Scalar, Update};

use super::error::StoreError;

/// The field by which the MongoDB store takes a document's write lock within a transaction. It is gone again
/// before the transaction commits. Being no [`Path`], it can't be named in a request; here it is kept out of documents.
pub(super) const LOCK_FIELD: &str = "#lock";

/// The most documents that one operation may change.
pub(super) const MAX_CHANGED: usize = 1000;

/// The most bytes of one document, which is MongoDB's own limit.
pub(super) const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;

/// Refuses operations that one of the stores could not make, or would make otherwise than the other.
pub(super) fn check(operations: &[Operation]) -> Result<(), StoreError> {
    for (n, operation) in operations.iter().enumerate() {
        check_operation(operation).map_err(|why| unfit(n, &why))?;
    }
    Ok(())
}

/// The error of an operation that contradicts what is stored, which the caller can tell by its number.
pub(super) fn unfit(operation: usize, why: &str) -> StoreError {
    StoreError::Unfit(format!("operation {operation}: {why}"))
}

/// The error of an operation that means more documents than it may.
pub(super) fn too_many(operation: usize) -> StoreError {
    unfit(operation, &format!("means more than {MAX_CHANGED} documents"))
}

/// The documents a filter can mean, when it names them by `_id`: each once. An `_id` is always a text.
pub(super) fn pinned_ids(filter: &Filter) -> Option<Vec<&str>> {
    let values = match filter {
        Filter::Eq(path, id) if *path == Path::id() => std::slice::from_ref(id),
        Filter::In(path, ids) if *path == Path::id() => ids,
        Filter::And(all) => return all.iter().find_map(pinned_ids),
        _ => return None,
    };
    let mut ids: Vec<&str> = values
        .iter()
        .filter_map(|value| match value {
            Scalar::Text(id) => Some(id.as_str()),
            _ => None,
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    Some(ids)
}

fn check_operation(operation: &Operation) -> Result<(), String> {
    match operation {
        Operation::Insert { document, .. } | Operation::Upsert { document, .. } => check_stored(document),
        Operation::Update { update, .. } => check_update(update),
        Operation::Delete { .. } => Ok(()),
        // That documents stay away can be promised for ids only: MongoDB has no lock for what is not there, and a
        // gate that every write of a collection passes would cost each of them for the few checks that need it.
        Operation::Check { filter, expect, .. } => match expect {
            protocol::Expect::Exactly(_) if pinned_ids(filter).is_none() => {
                Err("a check for an exact number must name the documents by _id".into())
            }
            protocol::Expect::AtLeast(count) if *count as usize > MAX_CHANGED => {
                Err(format!("a check can't be for more than {MAX_CHANGED} documents"))
            }
            _ => Ok(()),
        },
    }
}

fn check_stored(document: &Document) -> Result<(), String> {
    if !matches!(document.get("_id"), Some(Bson::String(_))) {
        return Err("_id must be a text".into());
    }
    if document.contains_key(LOCK_FIELD) {
        return Err(format!("{LOCK_FIELD} is no name of a field"));
    }
    check_document(document)
}

fn check_update(update: &Update) -> Result<(), String> {
    update.0.iter().try_for_each(|change| match change {
        Change::Set(_, value) | Change::Push(_, value) | Change::SetElement { value, .. } => {
            check_value(value)
        }
        Change::Unset(_) | Change::Inc(..) | Change::Pull(..) | Change::IncElement { .. } => Ok(()),
    })
}

fn check_document(document: &Document) -> Result<(), String> {
    for (name, value) in document {
        if name.is_empty() || name.starts_with('$') || name.contains(['.', '\0']) {
            return Err("a field's name is empty, begins with $ or holds a dot or NUL".into());
        }
        check_value(value)?;
    }
    Ok(())
}

fn check_value(value: &Bson) -> Result<(), String> {
    match value {
        Bson::Document(document) => check_document(document),
        Bson::Array(values) => values.iter().try_for_each(check_value),
        Bson::Null
        | Bson::Boolean(_)
        | Bson::Int32(_)
        | Bson::Int64(_)
        | Bson::Double(_)
        | Bson::String(_)
        | Bson::DateTime(_)
        | Bson::ObjectId(_)
        | Bson::Binary(_) => Ok(()),
        other => Err(format!("values of the type {:?} are not stored", other.element_type())),
    }
}
