use std::time::Duration;

use kit::{Collection, EmailAddress, Id, Locale, Moment, Money, UserId};
use serde::{Deserialize, Serialize};

use crate::{Address, ChangedBy, Offer, OrderLine, OrderNumber, OrderStatus, Placement, StatusChange};

/// The orders.
pub const ORDERS: Collection<Order> = Collection::new("orders");
kit::document!(Order);

/// How long an unpaid order keeps its stock.
pub const PAY_WITHIN: Duration = Duration::from_mins(30);

/// How long an unpaid order keeps its stock at least once somebody begins to pay it.
pub const PAYMENT_TAKES: Duration = Duration::from_mins(15);

/// How long after it was placed an unpaid order keeps its stock at most, however often somebody begins to pay it.
pub const KEPT_AT_MOST: Duration = Duration::from_hours(2);

/// The id of an order.
pub type OrderId = Id<Order>;

/// What a payment's id is the id of.
#[derive(Debug)]
pub enum PaymentOfOrder {}

/// The id of a payment.
pub type PaymentId = Id<PaymentOfOrder>;

/// An order as it is stored.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: OrderId,
    /// What people call it; no two orders share one.
    pub number: OrderNumber,
    /// Where it stands.
    pub status: OrderStatus,
    /// Every status it had, the present one last.
    pub status_history: Vec<StatusChange>,
    /// Who bought.
    pub buyer: Buyer,
    /// Where it goes.
    pub shipping_address: Address,
    /// The language of mails.
    pub locale: Locale,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// What it costs: the sum of the lines.
    pub total: Money,
    /// How many things: the sum of the quantities.
    pub item_count: u32,
    /// When it was placed.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// Until when it keeps its stock unpaid; only while it is received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// The payment that settled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// Payments that were taken but can't be used: their money must go back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds_due: Vec<RefundDue>,
    /// What tells a repeated request from a new one.
    pub idempotency: Idempotency,
    /// How often it changed, from 1.
    pub version: i64,
}

/// Who bought.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Buyer {
    /// The account, unless a guest bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Who receives it.
    pub name: String,
    /// Where mails go.
    pub email: EmailAddress,
}

/// Money that must go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundDue {
    /// The payment.
    pub payment_id: PaymentId,
    /// What was paid.
    pub amount: Money,
    /// When it was noted.
    pub at: Moment,
}

/// What tells a repeated request from a new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// The client's key in the scope of who asked.
    pub key: String,
    /// What the body was.
    pub fingerprint: String,
}

impl Order {
    /// An order that is placed now, to be paid within [`PAY_WITHIN`].
    #[must_use]
    pub fn place(
        placement: Placement,
        offer: Offer,
        number: OrderNumber,
        idempotency: Idempotency,
        now: Moment,
    ) -> Self {
        let (lines, total) = offer.into_parts();
        Self {
            id: OrderId::new(),
            number,
            status: OrderStatus::Received,
            status_history: vec![StatusChange {
                status: OrderStatus::Received,
                at: now,
                by: ChangedBy::Buyer,
            }],
            buyer: placement.buyer,
            shipping_address: placement.address,
            locale: placement.locale,
            item_count: lines.iter().map(|line| line.quantity.get()).sum(),
            lines,
            total,
            created_at: now,
            updated_at: now,
            expires_at: Some(now.after(PAY_WITHIN)),
            payment_id: None,
            refunds_due: Vec::new(),
            idempotency,
            version: 1,
        }
    }

    /// Until when it has to keep its stock, for somebody begins to pay it now; `None` if it keeps it that long anyway.
    #[must_use]
    pub fn kept_for_payment(&self, now: Moment) -> Option<Moment> {
        let until = now.after(PAYMENT_TAKES).min(self.created_at.after(KEPT_AT_MOST));
        self.expires_at.is_none_or(|expiry| expiry < until).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::order;

    #[test]
    fn an_order_is_stored_with_dates_as_dates_and_comes_back_whole() {
        let placed = order();
        let bytes = bson::serialize_to_vec(&placed).unwrap();
        let document: bson::Document = bson::deserialize_from_slice(&bytes).unwrap();
        assert!(matches!(document.get("expiresAt"), Some(bson::Bson::DateTime(_))));
        assert!(document.get("paymentId").is_none());
        assert_eq!(document.get_str("_id").unwrap(), placed.id.to_string());
        assert!(bson::deserialize_from_slice::<Order>(&bytes).unwrap() == placed);
    }

    #[test]
    fn an_order_is_to_be_paid_within_half_an_hour() {
        let placed = order();
        let within = placed.expires_at.unwrap().millis() - placed.created_at.millis();
        assert_eq!(within, 30 * 60 * 1000);
    }

    #[test]
    fn an_order_is_kept_a_quarter_of_an_hour_more_for_a_payment_but_two_hours_at_most() {
        let mut order = order();
        let minutes = |minutes| order.created_at.after(Duration::from_mins(minutes));
        let moments = [minutes(10), minutes(20), minutes(35), minutes(110), minutes(119), minutes(120)];
        let later = [minutes(50), minutes(120)];
        assert_eq!(order.kept_for_payment(moments[0]), None);
        assert_eq!(order.kept_for_payment(moments[1]), Some(moments[2]));
        order.expires_at = Some(later[0]);
        assert_eq!(order.kept_for_payment(moments[2]), None);
        assert_eq!(order.kept_for_payment(moments[3]), Some(later[1]));
        order.expires_at = Some(later[1]);
        assert_eq!(order.kept_for_payment(moments[4]), None);
        assert_eq!(order.kept_for_payment(moments[5]), None);
    }
}
