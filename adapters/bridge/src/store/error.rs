use std::error::Error;

use protocol::Conflict;

use super::unfit::Unfit;

/// An error of a back end.
type Source = Box<dyn Error + Send + Sync>;

/// Why a store did not do what it was asked. Nothing was changed, except that after [`StoreError::Unavailable`] the
/// fate of a commit may be unknown.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An expectation was not met, or a unique key is taken.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// The request contradicts what is stored.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The store can't be reached, is overloaded or took too long.
    #[error("the store is unavailable")]
    Unavailable(#[source] Source),
    /// A fault of the store or of the bridge.
    #[error("the store failed")]
    Internal(#[source] Source),
}

/// Something in the store is not as the bridge writes it.
#[derive(Debug, thiserror::Error)]
#[error("{what} can't be read")]
struct Unreadable {
    what: &'static str,
    source: Option<Source>,
}

impl StoreError {
    pub(crate) fn unavailable(source: impl Into<Source>) -> Self {
        Self::Unavailable(source.into())
    }

    pub(crate) fn internal(source: impl Into<Source>) -> Self {
        Self::Internal(source.into())
    }

    /// Something that was stored can't be decoded.
    pub(crate) fn unreadable(what: &'static str, source: impl Into<Source>) -> Self {
        Self::internal(Unreadable { what, source: Some(source.into()) })
    }

    /// Something that was stored lacks a field, or has it with another type.
    pub(crate) fn malformed(what: &'static str) -> Self {
        Self::internal(Unreadable { what, source: None })
    }
}
