use kit::{Collection, Moment, Money};
use orders_model::Due;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Card, CardSummary, Idempotency, OrderId, PaymentId};

/// The payments.
pub const PAYMENTS: Collection<Payment> = Collection::new("payments");
kit::document!(Payment);

/// A payment as it is stored.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Its id, which is the key it is charged under.
    #[serde(rename = "_id")]
    pub id: PaymentId,
    /// What it is for.
    pub order_id: OrderId,
    /// What it is for, unless it failed: no two payments share one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_order_id: Option<OrderId>,
    /// What tells a repeated request from a new one.
    pub idempotency: Idempotency,
    /// Where it stands.
    pub status: PaymentStatus,
    /// What is paid.
    pub amount: Money,
    /// With what.
    pub card: CardSummary,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureCode>,
    /// Who charges it.
    pub provider: String,
    /// What the provider calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_reference: Option<String>,
    /// The order as it was when the payment began, for the receipt.
    pub order: Due,
    /// How often the provider was asked.
    pub attempts: i64,
    /// When it began.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PaymentStatus {
    /// Begun; whether it was charged is not known yet.
    Pending,
    /// Charged.
    Succeeded,
    /// Declined; the order may be paid in another way.
    Failed,
    /// Charged, and the money went back.
    Refunded,
}

/// Why a payment failed, for a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The card's bank said no.
    CardDeclined,
    /// There is not enough money on the card.
    InsufficientFunds,
}

impl FailureCode {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CardDeclined => "card_declined",
            Self::InsufficientFunds => "insufficient_funds",
        }
    }

    /// What to tell the buyer.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::CardDeclined => "The card was declined. Please try another.",
            Self::InsufficientFunds => "There is not enough money on the card. Please try another.",
        }
    }
}

impl PaymentStatus {
    /// Its name as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Refunded => "refunded",
        }
    }
}

impl Payment {
    /// A payment of what is due that is about to be charged for the first time.
    #[must_use]
    pub fn begin(due: Due, card: &Card, idempotency: Idempotency, provider: &str, now: Moment) -> Self {
        Self {
            id: PaymentId::new(),
            order_id: due.order_id,
            active_order_id: Some(due.order_id),
            idempotency,
            status: PaymentStatus::Pending,
            amount: due.total,
            card: card.summary(),
            failure: None,
            provider: provider.to_owned(),
            provider_reference: None,
            order: due,
            attempts: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::payment;

    #[test]
    fn a_payment_comes_back_whole_and_holds_nothing_of_a_card_but_its_brand_and_last_digits() {
        let begun = payment();
        let bytes = bson::serialize_to_vec(&begun).unwrap();
        assert!(bson::deserialize_from_slice::<Payment>(&bytes).unwrap() == begun);
        let stored = format!("{:?}", bson::deserialize_from_slice::<bson::Document>(&bytes).unwrap());
        for secret in ["42424242", "\"123\"", "1999-12"] {
            assert!(!stored.contains(secret), "{stored}");
        }
    }

    #[test]
    fn a_status_and_a_failure_are_stored_by_their_names() {
        use PaymentStatus::{Failed, Pending, Refunded, Succeeded};
        for status in [Pending, Succeeded, Failed, Refunded] {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        for code in [FailureCode::CardDeclined, FailureCode::InsufficientFunds] {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
