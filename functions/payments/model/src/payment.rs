use contracts::ids::{OrderId, PaymentId};
use contracts::orders::Due;
use contracts::payments::{FailureCode, PaymentSucceeded};
use protocol::{Collection, Scalar};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;
use utoipa::ToSchema;
use values::{Idempotency, Idempotent, Moment, Money};

use crate::{Card, CardSummary};

pub const PAYMENTS: Collection<Payment> = Collection::new("payments");
protocol::document!(Payment);

/// A payment as it is stored.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Also the key that the provider charges under.
    #[serde(rename = "_id")]
    pub id: PaymentId,
    pub order_id: OrderId,
    /// The order, unless the payment failed. Unique, so that an order has one active payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_order_id: Option<OrderId>,
    pub idempotency: Idempotency,
    pub status: PaymentStatus,
    pub amount: Money,
    pub card: CardSummary,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureCode>,
    /// The provider's name.
    pub provider: String,
    /// What the provider calls the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_reference: Option<String>,
    /// The order as it was when the payment began, for the receipt.
    pub order: Due,
    /// How often the provider was asked.
    pub attempts: i64,
    pub created_at: Moment,
    pub updated_at: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum PaymentStatus {
    /// Begun; it is not known yet whether the card was charged.
    Pending,
    Succeeded,
    /// Declined; the order may be paid in another way.
    Failed,
    Refunded,
}

impl From<PaymentStatus> for Scalar {
    fn from(status: PaymentStatus) -> Self {
        <&str>::from(status).into()
    }
}

impl Payment {
    /// A payment that is about to be charged for the first time.
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

    /// The event of its success.
    pub fn succeeded(&self) -> PaymentSucceeded {
        PaymentSucceeded {
            payment_id: self.id,
            order_id: self.order_id,
            number: self.order.number.clone(),
            locale: self.order.locale,
            buyer: self.order.buyer.clone(),
            lines: self.order.lines.clone(),
            total: self.amount,
        }
    }
}

impl Idempotent for Payment {
    fn idempotency(&self) -> &Idempotency {
        &self.idempotency
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::payment;

    #[test]
    fn a_payment_decodes_to_itself_and_holds_only_brand_and_last_digits_of_the_card() {
        let begun = payment();
        let bytes = bson::serialize_to_vec(&begun).unwrap();
        assert!(bson::deserialize_from_slice::<Payment>(&bytes).unwrap() == begun);
        let stored = format!("{:?}", bson::deserialize_from_slice::<bson::Document>(&bytes).unwrap());
        for secret in ["42424242", "\"123\"", "1999-12"] {
            assert!(!stored.contains(secret), "{stored}");
        }
    }

    #[test]
    fn a_status_is_queried_by_the_name_it_is_stored_under() {
        use PaymentStatus::{Failed, Pending, Refunded, Succeeded};
        for status in [Pending, Succeeded, Failed, Refunded] {
            assert_eq!(serde_json::to_value(status).unwrap(), <&str>::from(status));
        }
    }
}
