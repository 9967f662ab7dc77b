//! Ids, money, time, text and refusals: what every domain counts in. No I/O, no HTTP.

#![warn(missing_docs)]

mod email;
mod fault;
mod field;
mod id;
mod idempotency;
mod locale;
mod moment;
mod money;
mod obstacle;
mod page;
mod problem;
mod quota;
mod refusal;
mod secret;
mod text;
mod variable;

pub use email::{EmailAddress, InvalidEmailAddress};
pub use fault::Fault;
pub use field::{FieldCode, FieldError, FieldFault, FieldFaults, Invalid};
pub use id::{Id, InvalidId};
pub use idempotency::{Idempotency, Idempotent, fingerprint};
pub use kit_macros::Refusal;
pub use locale::{Locale, LocalizedText};
pub use moment::Moment;
pub use money::{Currency, Money, MoneyError};
pub use obstacle::Obstacle;
pub use page::PageNumber;
pub use problem::Problem;
pub use quota::{Allowance, Quota, Tally};
#[cfg(not(target_arch = "wasm32"))]
pub use refusal::Case;
pub use refusal::{Particulars, Refusal, Refused, Status, TooManyRequests};
pub use secret::{EmptySecret, NoRandomness, Secret, random_bytes};
pub use text::{Limited, parse_within};
pub use variable::Variable;
