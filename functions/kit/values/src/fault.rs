use std::fmt::Display;

use protocol::Unencodable;

use crate::secret::NoRandomness;

/// A failure that is not the client's: logged once, with its reason; the client is told nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// 503: a part of the shop is down or overloaded; trying again later helps.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// 500: a bug, or a wrong configuration.
    #[error("{0}")]
    Internal(String),
}

impl Fault {
    /// A part of the shop is down.
    pub fn unavailable(reason: impl Display) -> Self {
        Self::Unavailable(reason.to_string())
    }

    /// A bug, or a wrong configuration.
    pub fn internal(reason: impl Display) -> Self {
        Self::Internal(reason.to_string())
    }
}

impl From<Unencodable> for Fault {
    fn from(error: Unencodable) -> Self {
        Self::internal(error)
    }
}

impl From<NoRandomness> for Fault {
    fn from(error: NoRandomness) -> Self {
        Self::internal(error)
    }
}
