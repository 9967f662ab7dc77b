//! An order as its buyer sees it.

use kit::{EmailAddress, Locale, Moment, Money};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Address, Order, OrderId, OrderLine, OrderNumber, OrderStatus, PaymentId, StatusChange};

/// An order as its buyer sees it.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Order)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    /// Its id.
    id: OrderId,
    /// What people call it.
    number: OrderNumber,
    /// Where it stands.
    status: OrderStatus,
    /// Every status it had, the present one last.
    status_history: Vec<StatusChange>,
    /// Who bought.
    buyer: BuyerView,
    /// Where it goes.
    shipping_address: Address,
    /// The language of mails.
    locale: Locale,
    /// What was bought.
    lines: Vec<OrderLine>,
    /// What it costs.
    total: Money,
    /// How many things.
    item_count: u32,
    /// When it was placed.
    created_at: Moment,
    /// Until when it is to be paid; null once it is paid or closed.
    #[schema(required)]
    expires_at: Option<Moment>,
    /// The payment that settled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<PaymentId>,
    /// The secret that opens a guest's order: the header `X-Order-Token`. Only where the buyer has just proved to be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
}

/// Who bought, as shown to the buyer.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Buyer)]
struct BuyerView {
    /// Who receives it.
    name: String,
    /// Where mails go.
    email: EmailAddress,
}

impl From<Order> for OrderView {
    fn from(order: Order) -> Self {
        Self {
            id: order.id,
            number: order.number,
            status: order.status,
            status_history: order.status_history,
            buyer: BuyerView { name: order.buyer.name, email: order.buyer.email },
            shipping_address: order.shipping_address,
            locale: order.locale,
            lines: order.lines,
            total: order.total,
            item_count: order.item_count,
            created_at: order.created_at,
            expires_at: order.expires_at,
            payment_id: order.payment_id,
            access_token: None,
        }
    }
}

impl OrderView {
    /// The order with the secret that opens it, if it is a guest's.
    #[must_use]
    pub fn with_token(order: Order, order_secret: &kit::Secret) -> Self {
        let access_token = order.guest_token(order_secret);
        Self { access_token, ..order.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::order;

    #[test]
    fn a_buyer_sees_no_key_and_no_secret_that_was_not_asked_for() {
        let json = serde_json::to_value(OrderView::from(order())).unwrap();
        for hidden in ["idempotency", "version", "accessToken", "refundsDue", "_id"] {
            assert!(json.get(hidden).is_none(), "{hidden}");
        }
        assert_eq!(json["status"], "received");
        assert_eq!(json["expiresAt"], "2026-11-20T10:50:00.123Z");
        assert!(json["buyer"].get("userId").is_none());
    }

    #[test]
    fn a_paid_order_has_a_null_expiry() {
        let mut order = order();
        order.expires_at = None;
        let json = serde_json::to_value(OrderView::from(order)).unwrap();
        assert!(json.as_object().unwrap().contains_key("expiresAt"));
        assert!(json["expiresAt"].is_null());
    }
}
