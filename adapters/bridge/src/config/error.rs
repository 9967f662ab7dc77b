use std::path::PathBuf;

use application::DeclarationsError;

/// Why a configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is malformed or contradicts itself.
    #[error("{}: {source}", path.display())]
    Declarations {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: DeclarationsError,
    },
    /// A function that needs a token has none, a short one, or another's.
    #[error("the token of {function} {reason}")]
    Token {
        /// Whose.
        function: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}
