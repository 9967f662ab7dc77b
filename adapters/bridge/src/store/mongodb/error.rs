//! Maps errors of MongoDB to those of a store.

use std::sync::Arc;

use mongodb::error::{Error, ErrorKind, WriteFailure};
use protocol::Conflict;

use crate::store::error::StoreError;
use crate::store::unfit::{Unfit, UnfitOperation};

const DUPLICATE_KEY: i32 = 11000;
/// Codes of updates and sort orders that contradict a document: bad values, type mismatches, overflows, paths that are
/// not viable, conflicting updates, parallel arrays, and documents that are too large.
const UNFIT: [i32; 10] = [2, 9, 14, 15, 28, 40, 171, 10334, 17419, 17420];
/// Codes of requests that the server can't handle now: no primary, shutting down, out of time, conflicts.
const UNAVAILABLE: [i32; 20] =
    [6, 7, 24, 46, 50, 64, 89, 91, 100, 112, 134, 189, 202, 251, 262, 9001, 10107, 11600, 11602, 13435];
/// A server that is not a replica set refuses transactions.
const ILLEGAL_OPERATION: i32 = 20;

/// What went wrong with MongoDB. The server's own messages are left out, because they quote documents.
#[derive(Debug, thiserror::Error)]
pub(super) enum MongoError {
    #[error("MongoDB: {code_name} ({code})")]
    Server { code: i32, code_name: String },
    #[error("MongoDB refuses transactions: it must run as a replica set")]
    NotAReplicaSet,
    #[error("the connection to MongoDB broke")]
    Io(#[source] Arc<std::io::Error>),
    #[error("no MongoDB primary can be reached")]
    NoPrimary,
    #[error("the connection to MongoDB was lost")]
    ConnectionLost,
    #[error("the name of MongoDB's host can't be resolved")]
    UnknownHost,
    #[error("MongoDB refuses the credentials")]
    BadCredentials,
    #[error("no majority of MongoDB has acknowledged the write")]
    NoMajority,
    #[error("MongoDB refused an insert")]
    InsertRefused,
    #[error("MongoDB's driver failed")]
    Driver(#[source] Box<ErrorKind>),
}

/// Maps the error of a request without operations.
pub(super) fn to_store_error(error: &Error) -> StoreError {
    match code_of(error) {
        Some((code, code_name)) if UNFIT.contains(&code) => Unfit::Query { code_name }.into(),
        _ => general(error),
    }
}

/// Maps the error of one operation of a transaction.
pub(super) fn to_operation_error(error: &Error, operation: usize) -> StoreError {
    match code_of(error) {
        Some((DUPLICATE_KEY, _)) => {
            let index = index_of(error).unwrap_or_else(|| "unknown".into());
            let operation = u32::try_from(operation).unwrap_or(u32::MAX);
            StoreError::Conflict(Conflict::Duplicate { operation, index })
        }
        Some((code, code_name)) if UNFIT.contains(&code) => {
            UnfitOperation::Refused { code_name }.at(operation).into()
        }
        _ => general(error),
    }
}

/// Whether an index exists, but differs from its declaration.
pub(super) fn is_index_conflict(error: &Error) -> bool {
    matches!(code_of(error), Some((85 | 86, _)))
}

pub(super) fn is_existing_collection(error: &Error) -> bool {
    matches!(code_of(error), Some((48, _)))
}

/// Maps the error of decoding an answer.
pub(super) fn unreadable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::unreadable("an answer of MongoDB", source)
}

fn general(error: &Error) -> StoreError {
    let fault = MongoError::from(error);
    if fault.is_unavailable() { StoreError::unavailable(fault) } else { StoreError::internal(fault) }
}

impl From<&Error> for MongoError {
    fn from(error: &Error) -> Self {
        match (error.kind.as_ref(), code_of(error)) {
            (_, Some((ILLEGAL_OPERATION, _))) => Self::NotAReplicaSet,
            (_, Some((code, code_name))) => Self::Server { code, code_name },
            (ErrorKind::Io(error), _) => Self::Io(Arc::clone(error)),
            (ErrorKind::ServerSelection { .. }, _) => Self::NoPrimary,
            (ErrorKind::ConnectionPoolCleared { .. } | ErrorKind::Shutdown, _) => Self::ConnectionLost,
            (ErrorKind::DnsResolve { .. }, _) => Self::UnknownHost,
            (ErrorKind::Authentication { .. }, _) => Self::BadCredentials,
            (ErrorKind::Write(WriteFailure::WriteConcernError(_)), _) => Self::NoMajority,
            (ErrorKind::InsertMany(_), _) => Self::InsertRefused,
            (kind, _) => Self::Driver(Box::new(kind.clone())),
        }
    }
}

impl MongoError {
    fn is_unavailable(&self) -> bool {
        match self {
            Self::Server { code, .. } => UNAVAILABLE.contains(code),
            Self::Io(_)
            | Self::NoPrimary
            | Self::ConnectionLost
            | Self::UnknownHost
            | Self::BadCredentials
            | Self::NoMajority => true,
            Self::NotAReplicaSet | Self::InsertRefused | Self::Driver(_) => false,
        }
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

/// Finds the name of the index in the message of a duplicate key. It follows the collection, whose name has no spaces,
/// and precedes the key, which is data.
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
