//! Payments, cards and providers: rules without I/O.
//!
//! A payment is begun (`pending`) before its provider is asked, and ends once: `succeeded` or `failed`. While it is not
//! failed it is the only one of its order. A card's number lives in a [`Card`] for as long as a request does; what is
//! stored is its brand, its last four digits and a keyed digest.

mod card;
mod card_number;
pub mod changes;
mod events;
mod new_payment;
mod payment;
mod provider;
mod test_provider;
#[cfg(test)]
mod testing;
mod view;

pub use card::{Card, CardSummary};
pub use card_number::{Brand, CardNumber, UnknownCardNumber};
pub use events::{PaymentFailed, PaymentSucceeded};
pub use new_payment::{NewCard, NewPayment};
pub use orders_model::{Idempotency, OrderId, PaymentId};
pub use payment::{FailureCode, PAYMENTS, Payment, PaymentStatus};
pub use provider::{Charge, Charged, Provider, ProviderError};
pub use test_provider::TestProvider;
pub use view::{Failure, PaymentView};
