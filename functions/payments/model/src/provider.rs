use kit::Money;

use crate::{Card, FailureCode, PaymentId};

/// What a provider is asked to do.
#[derive(Clone, Copy)]
pub struct Charge<'a> {
    /// The key: however often it is asked under one, a provider charges once and answers alike.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// What is charged.
    pub card: &'a Card,
    /// How often this was asked, this time included.
    pub attempt: i64,
}

/// What a provider did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Charged {
    /// It took the money.
    Succeeded {
        /// What it calls the payment.
        reference: String,
    },
    /// It took nothing, and never will under this key.
    Declined(FailureCode),
}

/// Why it is not known what a provider did. Asking again under the same key tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It failed.
    #[error("the provider failed")]
    Failed,
    /// It did not answer in time.
    #[error("the provider did not answer in time")]
    TimedOut,
}

/// Somebody who charges cards.
pub trait Provider {
    /// Its name, as it is kept with a payment.
    fn name(&self) -> &'static str;

    /// Charges a card once a key.
    fn charge(&self, charge: Charge<'_>) -> impl Future<Output = Result<Charged, ProviderError>> + Send;
}
