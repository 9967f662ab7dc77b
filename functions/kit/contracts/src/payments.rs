//! What other domains know of payments. A payment ends once, so that its events need no version to be told apart.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::{FieldCode, FieldFault, Locale, Money, Particulars, Refused};

use crate::event::Event;
use crate::ids::{OrderId, PaymentId};
use crate::orders::{Contact, DueLine, OrderNumber};

/// A payment succeeded: settles the order, and holds what its receipt says.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct PaymentSucceeded {
    pub payment_id: PaymentId,
    pub order_id: OrderId,
    pub number: OrderNumber,
    pub locale: Locale,
    pub buyer: Contact,
    pub lines: Vec<DueLine>,
    pub total: Money,
}

/// A payment failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct PaymentFailed {
    pub payment_id: PaymentId,
    pub order_id: OrderId,
    pub code: FailureCode,
}

/// Why a payment failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The card's bank declined.
    CardDeclined,
    /// The card does not cover the amount.
    InsufficientFunds,
}

impl FailureCode {
    /// What to tell the buyer.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::CardDeclined => "The card was declined. Please try another.",
            Self::InsufficientFunds => "There is not enough money on the card. Please try another.",
        }
    }
}

impl From<FailureCode> for FieldFault {
    fn from(code: FailureCode) -> Self {
        let field_code = match code {
            FailureCode::CardDeclined => FieldCode::CardDeclined,
            FailureCode::InsufficientFunds => FieldCode::InsufficientFunds,
        };
        Self::new(field_code, code.message())
    }
}

impl Particulars for FailureCode {
    fn add_to(self, refused: &mut Refused) {
        refused.fields.push(FieldFault::from(self).at("card"));
    }
}

impl Event for PaymentSucceeded {
    const TYPE: &'static str = "payment.succeeded";

    fn subject(&self) -> String {
        self.order_id.to_string()
    }
}

impl Event for PaymentFailed {
    const TYPE: &'static str = "payment.failed";

    fn subject(&self) -> String {
        self.order_id.to_string()
    }
}
