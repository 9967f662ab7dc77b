//! What the payments service refuses.

use contracts::orders::NotPayable;
use contracts::payments::FailureCode;
use values::Refusal;

use crate::ProviderError;

/// Why an order is not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Refusal)]
pub enum NotPaid {
    #[error(transparent)]
    #[refusal(transparent)]
    NotPayable(#[from] NotPayable),
    /// The field `card` says why. The order may be paid under a new key.
    #[error("{}", .0.message())]
    #[refusal(PaymentRequired)]
    PaymentDeclined(FailureCode),
    /// A payment under another key has begun and is not over.
    #[error("A payment of this order has begun and is not over. Repeat it with its own key.")]
    #[refusal(Conflict)]
    PaymentInProgress,
    /// Repeat the request with the same key.
    #[error(
        "We don't know yet whether the payment went through. Please try again; you will not be charged twice."
    )]
    #[refusal(BadGateway)]
    ProviderUnavailable,
    /// Repeat the request with the same key.
    #[error(
        "We don't know yet whether the payment went through. Please try again; you will not be charged twice."
    )]
    #[refusal(GatewayTimeout, code = "provider_unavailable")]
    ProviderTimedOut,
}

/// Why a payment is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Refusal)]
pub enum NoSuchPayment {
    /// There is no such payment, or it is not the caller's.
    #[error("There is no such payment.")]
    #[refusal(NotFound)]
    NotFound,
}

impl From<ProviderError> for NotPaid {
    fn from(error: ProviderError) -> Self {
        match error {
            ProviderError::Failed => Self::ProviderUnavailable,
            ProviderError::TimedOut => Self::ProviderTimedOut,
        }
    }
}
