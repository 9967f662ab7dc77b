use contracts::ids::{OrderId, PaymentId};
use contracts::orders::{OrderNumber, OrderStatus};
use serde::Serialize;
use utoipa::ToSchema;
use values::{EmailAddress, Locale, Moment, Money, Secret};

use crate::{Address, Order, OrderLine, StatusChange};

/// An order as its buyer sees it.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Order)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    id: OrderId,
    number: OrderNumber,
    status: OrderStatus,
    /// Every status so far, the current one last.
    status_history: Vec<StatusChange>,
    buyer: BuyerView,
    shipping_address: Address,
    /// The language of mails.
    locale: Locale,
    lines: Vec<OrderLine>,
    total: Money,
    /// The sum of the quantities.
    item_count: u32,
    created_at: Moment,
    /// When the order must be paid by; null once it is paid or cancelled.
    #[schema(required)]
    expires_at: Option<Moment>,
    /// The payment that settled the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<PaymentId>,
    /// Opens a guest's order, as the header `X-Order-Token`. Only where the buyer has just proved to be the buyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
}

#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Buyer)]
struct BuyerView {
    /// The recipient.
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
    /// The order with its access token, if it is a guest's.
    pub fn with_token(order: Order, order_secret: &Secret) -> Self {
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
