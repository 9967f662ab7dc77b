use std::time::Duration;

use contracts::ids::{OrderId, PaymentId, UserId};
use contracts::orders::{OrderNumber, OrderStatus};
use protocol::Collection;
use serde::{Deserialize, Serialize};
use values::{EmailAddress, Idempotency, Idempotent, Locale, Moment, Money};

use crate::{Address, ChangedBy, Offer, OrderLine, Placement, StatusChange};

pub const ORDERS: Collection<Order> = Collection::new("orders");
protocol::document!(Order);

/// How long an unpaid order keeps its stock.
pub const PAY_WITHIN: Duration = Duration::from_mins(30);

/// The least time that an unpaid order keeps its stock once a payment begins.
pub const PAYMENT_TAKES: Duration = Duration::from_mins(15);

/// The most time that an unpaid order keeps its stock, however often a payment begins.
pub const KEPT_AT_MOST: Duration = Duration::from_hours(2);

/// An order as it is stored.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    #[serde(rename = "_id")]
    pub id: OrderId,
    /// Unique.
    pub number: OrderNumber,
    pub status: OrderStatus,
    /// Every status so far, the current one last.
    pub status_history: Vec<StatusChange>,
    pub buyer: Buyer,
    pub shipping_address: Address,
    /// The language of mails.
    pub locale: Locale,
    pub lines: Vec<OrderLine>,
    /// The sum of the lines.
    pub total: Money,
    /// The sum of the quantities.
    pub item_count: u32,
    pub created_at: Moment,
    pub updated_at: Moment,
    /// When it loses its stock unless it is paid; only while it is `received`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// The payment that settled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// Payments that succeeded but can't be used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds_due: Vec<RefundDue>,
    pub idempotency: Idempotency,
    /// Counts changes, from 1.
    pub version: i64,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Buyer {
    /// `None` for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The recipient.
    pub name: String,
    pub email: EmailAddress,
}

/// Money that must be paid back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundDue {
    pub payment_id: PaymentId,
    pub amount: Money,
    pub at: Moment,
}

impl Order {
    /// A new order, to be paid within [`PAY_WITHIN`].
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

    /// Its version after the change that is about to be made.
    pub fn next_version(&self) -> i64 {
        self.version.saturating_add(1)
    }

    /// Until when it must keep its stock because a payment begins now; `None` if it keeps it that long anyway.
    pub fn kept_for_payment(&self, now: Moment) -> Option<Moment> {
        let until = now.after(PAYMENT_TAKES).min(self.created_at.after(KEPT_AT_MOST));
        self.expires_at.is_none_or(|expiry| expiry < until).then_some(until)
    }
}

impl Idempotent for Order {
    fn idempotency(&self) -> &Idempotency {
        &self.idempotency
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
    fn an_order_must_be_paid_within_half_an_hour() {
        let placed = order();
        let within = placed.expires_at.unwrap().millis() - placed.created_at.millis();
        assert_eq!(within, 30 * 60 * 1000);
    }

    #[test]
    fn a_payment_keeps_the_stock_for_15_minutes_more_and_2_hours_at_most() {
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
