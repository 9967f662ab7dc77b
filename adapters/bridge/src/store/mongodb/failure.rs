use mongodb::error::{Error, TRANSIENT_TRANSACTION_ERROR};

use super::error;
use crate::store::error::StoreError;

/// Why a try of a transaction came to nothing.
pub(super) enum Failure {
    /// Another transaction was in the way, or a server went away: the next try may do better.
    Again(StoreError),
    Final(StoreError),
}

impl Failure {
    pub(super) fn of(error: &Error, operation: usize) -> Self {
        let again = error.contains_label(TRANSIENT_TRANSACTION_ERROR);
        let error = error::of_operation(error, operation);
        if again { Self::Again(error) } else { Self::Final(error) }
    }
}
