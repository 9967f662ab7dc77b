use kit::{Locale, Money};
use orders_model::{Contact, DueLine, OrderNumber};
use serde::{Deserialize, Serialize};

use crate::{FailureCode, OrderId, Payment, PaymentId};

/// `payment.succeeded`: what settles the order, and what the receipt says.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentSucceeded {
    /// The payment.
    pub payment_id: PaymentId,
    /// What it was for.
    pub order_id: OrderId,
    /// What people call the order.
    pub number: OrderNumber,
    /// The language of mails.
    pub locale: Locale,
    /// Where the receipt goes.
    pub buyer: Contact,
    /// What was bought.
    pub lines: Vec<DueLine>,
    /// What was paid.
    pub total: Money,
}

/// `payment.failed`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentFailed {
    /// The payment.
    pub payment_id: PaymentId,
    /// What it was for.
    pub order_id: OrderId,
    /// Why.
    pub code: FailureCode,
}

impl From<&Payment> for PaymentSucceeded {
    fn from(payment: &Payment) -> Self {
        Self {
            payment_id: payment.id,
            order_id: payment.order_id,
            number: payment.order.number.clone(),
            locale: payment.order.locale,
            buyer: payment.order.buyer.clone(),
            lines: payment.order.lines.clone(),
            total: payment.amount,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::payment;

    #[test]
    fn the_event_says_what_orders_read_of_it() {
        let payment = payment();
        let event = serde_json::to_value(PaymentSucceeded::from(&payment)).unwrap();
        let read: orders_model::PaymentSucceeded = serde_json::from_value(event).unwrap();
        assert_eq!(
            (read.payment_id, read.order_id, read.total),
            (payment.id, payment.order_id, payment.amount)
        );
    }
}
