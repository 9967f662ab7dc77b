use contracts::ids::PaymentId;
use contracts::payments::FailureCode;
use values::Money;

use crate::Card;

/// What a provider is asked to do.
#[derive(Clone, Copy)]
pub struct Charge<'a> {
    /// The idempotency key: the provider charges once for it and always gives the same answer.
    pub payment: PaymentId,
    pub amount: Money,
    pub card: &'a Card,
    /// Counts attempts under this key, from 1.
    pub attempt: i64,
}

/// What a provider did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Charged {
    /// `reference` is what the provider calls the payment.
    Succeeded { reference: String },
    /// Nothing was charged, and nothing ever will be under this key.
    Declined(FailureCode),
}

/// It is unknown whether the provider charged. Asking again under the same key tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    #[error("the provider failed")]
    Failed,
    #[error("the provider did not answer in time")]
    TimedOut,
}

/// A provider that charges cards.
pub trait Provider {
    /// The name that is stored with a payment.
    fn name(&self) -> &'static str;

    /// Charges a card once for each key.
    fn charge(&self, charge: Charge<'_>) -> impl Future<Output = Result<Charged, ProviderError>> + Send;
}
