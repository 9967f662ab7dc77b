//! Payments, cards and providers: rules without I/O.
//!
//! A payment begins as `pending`, before its provider is asked, and ends once: `succeeded` or `failed`. Unless it failed it
//! is the only one of its order. A card number lives in a [`Card`] for the duration of a request; what is stored is its
//! brand, its last four digits and a keyed digest.

mod card;
mod card_number;
pub mod changes;
mod new_payment;
mod payment;
mod provider;
mod refusals;
mod test_provider;
#[cfg(test)]
mod testing;
mod view;

pub use card::{Card, CardSummary};
pub use card_number::{Brand, CardNumber, InvalidCardNumber};
pub use new_payment::{NewCard, NewPayment};
pub use payment::{PAYMENTS, Payment, PaymentStatus};
pub use provider::{Charge, Charged, Provider, ProviderError};
pub use refusals::{NoSuchPayment, NotPaid};
pub use test_provider::TestProvider;
pub use view::{Failure, PaymentView};
