//! What the accounts service refuses.

use values::{FieldCode, FieldError, FieldFault, Refusal, TooManyRequests};

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Refusal)]
pub enum NotSignedIn {
    #[error("The e-mail address or the password is wrong.")]
    #[refusal(Unauthorized)]
    InvalidCredentials,
    /// Too many failures, for this account or from this address.
    #[error(transparent)]
    #[refusal(transparent)]
    TooManyFailures(#[from] TooManyRequests),
}

/// Why a session is not refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Refusal)]
pub enum NotRefreshed {
    #[error(transparent)]
    #[refusal(transparent)]
    SignedOut(#[from] SignedOut),
    /// Another tab was first: use its cookie.
    #[error("Another request was first; use its cookie.")]
    #[refusal(Unauthorized)]
    RefreshRaced,
}

/// There is no session, or it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Refusal)]
pub enum SignedOut {
    #[error("Please sign in.")]
    #[refusal(Unauthorized)]
    Unauthenticated,
}

/// Why no account is opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Refusal)]
pub enum NotRegistered {
    #[error("There is already an account with this e-mail address.")]
    #[refusal(Conflict)]
    EmailTaken(Vec<FieldError>),
    /// Too many accounts were opened from this address.
    #[error(transparent)]
    #[refusal(transparent)]
    TooManyAccounts(#[from] TooManyRequests),
}

impl NotRegistered {
    pub fn email_taken() -> Self {
        let fault = FieldFault::new(FieldCode::EmailTaken, "already has an account");
        Self::EmailTaken(vec![fault.at("email")])
    }
}
