use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR};

use super::error;
use crate::store::error::StoreError;

/// Why an attempt at a transaction failed.
pub(super) enum Failure {
    /// Another transaction conflicted, or a server became unreachable, so the next attempt may succeed.
    Retry(StoreError),
    Final(StoreError),
}

impl Failure {
    pub(super) fn new(error: &Error, operation: usize) -> Self {
        let transient = error.contains_label(TRANSIENT_TRANSACTION_ERROR);
        let error = error::to_operation_error(error, operation);
        if transient { Self::Retry(error) } else { Self::Final(error) }
    }
}
