use protocol::Conflict;

/// Why a store did not do what it was asked. In every case nothing was changed, but for
/// [`StoreError::Unavailable`], where a commit's fate may be unknown.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An expectation was not met or a unique key is taken.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// The request contradicts what is stored: `Inc` of a text, `Push` to a number. Names the operation.
    #[error("{0}")]
    Unfit(String),
    /// The store can't be reached, is overloaded or took too long.
    #[error("store unavailable: {0}")]
    Unavailable(String),
    /// The store's or the bridge's own fault.
    #[error("store failed: {0}")]
    Internal(String),
}
