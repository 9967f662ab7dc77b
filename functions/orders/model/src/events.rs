//! What events of orders carry: ids and amounts, nobody's name or address.

use catalogue_model::VariantId;
use kit::{Moment, Money, UserId};
use serde::{Deserialize, Serialize};

use crate::{Order, OrderId, OrderNumber, OrderStatus, Quantity};

/// `order.created`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderCreated {
    /// The order.
    pub order_id: OrderId,
    /// What people call it.
    pub number: OrderNumber,
    /// Whose it is, unless a guest's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// What it costs.
    pub total: Money,
    /// The stock that was taken.
    pub lines: Vec<StockOfLine>,
}

/// `order.status_changed`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderStatusChanged {
    /// The order.
    pub order_id: OrderId,
    /// What people call it.
    pub number: OrderNumber,
    /// Where it stood.
    pub from: OrderStatus,
    /// Where it stands.
    pub to: OrderStatus,
    /// Since when.
    pub at: Moment,
}

/// `order.expired`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderExpired {
    /// The order.
    pub order_id: OrderId,
    /// What people call it.
    pub number: OrderNumber,
    /// The stock that was given back.
    pub lines: Vec<StockOfLine>,
}

/// So many of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockOfLine {
    /// The variant.
    pub variant_id: VariantId,
    /// How many.
    pub quantity: Quantity,
}

fn stock(order: &Order) -> Vec<StockOfLine> {
    let of = |line: &crate::OrderLine| StockOfLine { variant_id: line.variant_id, quantity: line.quantity };
    order.lines.iter().map(of).collect()
}

impl From<&Order> for OrderCreated {
    fn from(order: &Order) -> Self {
        Self {
            order_id: order.id,
            number: order.number.clone(),
            user_id: order.buyer.user_id,
            total: order.total,
            lines: stock(order),
        }
    }
}

impl From<&Order> for OrderExpired {
    fn from(order: &Order) -> Self {
        Self { order_id: order.id, number: order.number.clone(), lines: stock(order) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::order;

    #[test]
    fn events_carry_nobodys_name_or_address() {
        let order = order();
        for event in [
            serde_json::to_string(&OrderCreated::from(&order)).unwrap(),
            serde_json::to_string(&OrderExpired::from(&order)).unwrap(),
        ] {
            for personal in [order.buyer.email.as_str(), &order.buyer.name, "rue des Lilas"] {
                assert!(!event.contains(personal), "{event}");
            }
        }
    }
}
