use contracts::ids::{OrderId, PaymentId};
use contracts::payments::FailureCode;
use serde::Serialize;
use utoipa::ToSchema;
use values::{Moment, Money};

use crate::{CardSummary, Payment, PaymentStatus};

/// A payment as its buyer sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Payment)]
#[serde(rename_all = "camelCase")]
pub struct PaymentView {
    id: PaymentId,
    order_id: OrderId,
    status: PaymentStatus,
    amount: Money,
    card: CardSummary,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
    created_at: Moment,
    updated_at: Moment,
}

/// Why a payment failed.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Failure {
    code: FailureCode,
    /// In English.
    message: &'static str,
}

impl From<Payment> for PaymentView {
    fn from(payment: Payment) -> Self {
        Self {
            id: payment.id,
            order_id: payment.order_id,
            status: payment.status,
            amount: payment.amount,
            card: payment.card,
            failure: payment.failure.map(|code| Failure { code, message: code.message() }),
            created_at: payment.created_at,
            updated_at: payment.updated_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::payment;

    #[test]
    fn a_buyer_sees_what_was_paid_and_neither_key_nor_receipt() {
        let json = serde_json::to_value(PaymentView::from(payment())).unwrap();
        for hidden in ["idempotency", "order", "provider", "attempts", "activeOrderId", "_id"] {
            assert!(json.get(hidden).is_none(), "{hidden}");
        }
        assert_eq!(json["card"], serde_json::json!({ "brand": "visa", "last4": "4242" }));
        assert_eq!(json["status"], "pending");
    }

    #[test]
    fn a_failed_payment_says_why() {
        let mut payment = payment();
        payment.failure = Some(FailureCode::InsufficientFunds);
        let json = serde_json::to_value(PaymentView::from(payment)).unwrap();
        assert_eq!(json["failure"]["code"], "insufficient_funds");
    }
}
