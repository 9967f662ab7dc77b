//! Refuses what the two stores would not treat alike.

use bson::{Bson, Document};
use protocol::{Change, Filter, Operation, Path, Scalar, Update};

use super::limits::{LOCK_FIELD, MAX_CHANGED};
use super::unfit::{Unfit, UnfitOperation};

/// Refuses operations that a store can't apply, or would apply differently from the other.
pub(super) fn check(operations: &[Operation]) -> Result<(), Unfit> {
    for (n, operation) in operations.iter().enumerate() {
        check_operation(operation).map_err(|reason| reason.at(n))?;
    }
    Ok(())
}

/// The ids that a filter names by `_id`, each once. `None` if it may match other documents. An `_id` is always a
/// string.
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

fn check_operation(operation: &Operation) -> Result<(), UnfitOperation> {
    match operation {
        Operation::Insert { document, .. } | Operation::Upsert { document, .. } => check_stored(document),
        Operation::Update { update, .. } => check_update(update),
        Operation::Delete { .. } => Ok(()),
        // Absence can be guaranteed only for ids: MongoDB can't lock what doesn't exist, and a lock on the collection
        // would slow down all writes for the few checks that need it.
        Operation::Check { filter, expect, .. } => match expect {
            protocol::Expect::Exactly(_) if pinned_ids(filter).is_none() => Err(UnfitOperation::InexactCheck),
            protocol::Expect::AtLeast(count) if *count as usize > MAX_CHANGED => {
                Err(UnfitOperation::CheckTooLarge)
            }
            _ => Ok(()),
        },
    }
}

fn check_stored(document: &Document) -> Result<(), UnfitOperation> {
    if !matches!(document.get("_id"), Some(Bson::String(_))) {
        return Err(UnfitOperation::IdNotString);
    }
    if document.contains_key(LOCK_FIELD) {
        return Err(UnfitOperation::ReservedField);
    }
    check_document(document)
}

fn check_update(update: &Update) -> Result<(), UnfitOperation> {
    update.0.iter().try_for_each(|change| match change {
        Change::Set(_, value) | Change::Push(_, value) | Change::SetElement { value, .. } => {
            check_value(value)
        }
        Change::Unset(_) | Change::Inc(..) | Change::Pull(..) | Change::IncElement { .. } => Ok(()),
    })
}

fn check_document(document: &Document) -> Result<(), UnfitOperation> {
    for (name, value) in document {
        if name.is_empty() || name.starts_with('$') || name.contains(['.', '\0']) {
            return Err(UnfitOperation::FieldName);
        }
        check_value(value)?;
    }
    Ok(())
}

fn check_value(value: &Bson) -> Result<(), UnfitOperation> {
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
        other => Err(UnfitOperation::ValueType(other.element_type())),
    }
}
