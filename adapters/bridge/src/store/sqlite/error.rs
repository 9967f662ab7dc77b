//! Maps errors of SQLite to those of a store.

use std::error::Error;

use rusqlite::ErrorCode;
use tokio::task::JoinError;

use crate::store::error::StoreError;

/// Why no connection could do the work.
#[derive(Debug, thiserror::Error)]
pub(super) enum PoolError {
    #[error("too many requests are waiting for the database")]
    Busy,
    #[error("the pool is closed")]
    Closed,
    #[error("a task of the database ended early")]
    Task(#[source] JoinError),
}

impl PoolError {
    pub(super) fn into_store_error(self) -> StoreError {
        match self {
            Self::Busy => StoreError::unavailable(self),
            Self::Closed | Self::Task(_) => StoreError::internal(self),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::CannotOpen
                | ErrorCode::SystemIoFailure,
            ) => Self::unavailable(error),
            _ => Self::internal(error),
        }
    }
}

pub(super) fn unreadable(source: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError::unreadable("a row of the database", source)
}
