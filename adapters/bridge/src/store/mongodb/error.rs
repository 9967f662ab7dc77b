//! What an error of the driver means. Messages of the server are left out: they hold the documents concerned.

use mongodb::error::{Error, ErrorKind, WriteFailure};
use protocol::Conflict;

use crate::store::error::StoreError;
use crate::store::fit;

const DUPLICATE_KEY: i32 = 11000;
/// Codes by which the server says that an update, or an order, contradicts a document: bad value, can't be parsed,
/// type mismatch, overflow, path not viable, conflicting updates, parallel arrays, and documents too large.
const UNFIT: [i32; 10] = [2, 9, 14, 15, 28, 40, 171, 10334, 17419, 17420];
/// Codes by which the server says that it can't do it now: no primary, shutting down, took too long, conflicts.
const UNAVAILABLE: [i32; 20] =
    [6, 7, 24, 46, 50, 64, 89, 91, 100, 112, 134, 189, 202, 251, 262, 9001, 10107, 11600, 11602, 13435];
/// Transactions are refused by a server that is no replica set.
const ILLEGAL_OPERATION: i32 = 20;

/// The error of a request that has no operations.
pub(super) fn of(error: &Error) -> StoreError {
    match code_of(error) {
        Some((code, name)) if UNFIT.contains(&code) => {
            StoreError::Unfit(format!("MongoDB refuses it: {name}"))
        }
        _ => general(error),
    }
}

/// The error of one operation of a transaction.
pub(super) fn of_operation(error: &Error, operation: usize) -> StoreError {
    match code_of(error) {
        Some((DUPLICATE_KEY, _)) => {
            let index = index_of(error).unwrap_or_else(|| "unknown".into());
            let operation = u32::try_from(operation).unwrap_or(u32::MAX);
            StoreError::Conflict(Conflict::Duplicate { operation, index })
        }
        Some((code, name)) if UNFIT.contains(&code) => {
            fit::unfit(operation, &format!("it does not fit the document ({name})"))
        }
        _ => general(error),
    }
}

/// Whether the error is of an index that is there already, but otherwise than it is declared.
pub(super) fn is_other_index(error: &Error) -> bool {
    matches!(code_of(error), Some((85 | 86, _)))
}

/// Whether the error is of a collection that is there already.
pub(super) fn is_collection_there(error: &Error) -> bool {
    matches!(code_of(error), Some((48, _)))
}

/// The error of an answer that is other than expected.
pub(super) fn unreadable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Internal(format!("an answer of MongoDB can't be read: {error}"))
}

fn general(error: &Error) -> StoreError {
    match (error.kind.as_ref(), code_of(error)) {
        (_, Some((code, name))) if UNAVAILABLE.contains(&code) => StoreError::Unavailable(name),
        (_, Some((ILLEGAL_OPERATION, _))) => {
            StoreError::Internal("MongoDB must run as a replica set: it refuses transactions".into())
        }
        (_, Some((code, name))) => StoreError::Internal(format!("MongoDB: {name} ({code})")),
        (ErrorKind::Io(io), _) => StoreError::Unavailable(io.to_string()),
        (ErrorKind::ServerSelection { .. }, _) => {
            StoreError::Unavailable("no MongoDB primary can be reached".into())
        }
        (ErrorKind::ConnectionPoolCleared { .. } | ErrorKind::Shutdown, _) => {
            StoreError::Unavailable("the connection to MongoDB was lost".into())
        }
        (ErrorKind::DnsResolve { .. }, _) => {
            StoreError::Unavailable("MongoDB's name can't be resolved".into())
        }
        (ErrorKind::Authentication { .. }, _) => {
            StoreError::Unavailable("MongoDB refuses the credentials".into())
        }
        (ErrorKind::Write(WriteFailure::WriteConcernError(_)), _) => {
            StoreError::Unavailable("no majority of MongoDB has acknowledged the write".into())
        }
        (ErrorKind::InsertMany(_), _) => StoreError::Internal("MongoDB refuses an insert".into()),
        (kind, _) => StoreError::Internal(kind.to_string()),
    }
}

fn code_of(error: &Error) -> Option<(i32, String)> {
    match error.kind.as_ref() {
        ErrorKind::Command(error) => Some((error.code, error.code_name.clone())),
        ErrorKind::Write(WriteFailure::WriteError(error)) => {
            Some((error.code, error.code_name.clone().unwrap_or_else(|| format!("code {}", error.code))))
        }
        _ => None,
    }
}

/// The name of the index that an error of a duplicate key is about. It stands between the collection, whose name
/// has no space, and the key, which is data.
fn index_of(error: &Error) -> Option<String> {
    let message = match error.kind.as_ref() {
        ErrorKind::Command(error) => &error.message,
        ErrorKind::Write(WriteFailure::WriteError(error)) => &error.message,
        _ => return None,
    };
    let (_, rest) = message.split_once(" index: ")?;
    let name = rest.split(' ').next()?;
    Some(if name == "_id_" { "_id".into() } else { name.into() })
}
