use std::path::PathBuf;

use application::DeclarationsError;

/// Why a configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// The file is malformed or inconsistent.
    #[error("{}: {source}", path.display())]
    Declarations { path: PathBuf, source: DeclarationsError },
    /// A function has no token, or one that is unfit.
    #[error("the token of {function} {reason}")]
    Token { function: String, reason: &'static str },
}
