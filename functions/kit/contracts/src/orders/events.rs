//! Events of orders. They carry ids and amounts, nobody's name or address. Events may arrive in another order than they
//! were emitted; the version of the order, which grows with each change, tells which is the later one.

use serde::{Deserialize, Serialize};
use values::{Moment, Money};

use super::number::OrderNumber;
use super::quantity::Quantity;
use super::status::OrderStatus;
use crate::event::Event;
use crate::ids::{OrderId, UserId, VariantId};

/// An order was placed, and its stock taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct OrderCreated {
    pub order_id: OrderId,
    pub version: i64,
    pub number: OrderNumber,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    pub total: Money,
    pub lines: Vec<StockChange>,
}

/// An order changed state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct OrderStatusChanged {
    pub order_id: OrderId,
    pub version: i64,
    pub number: OrderNumber,
    pub from: OrderStatus,
    pub to: OrderStatus,
    pub at: Moment,
}

/// An order was not paid in time, and its stock given back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct OrderExpired {
    pub order_id: OrderId,
    pub version: i64,
    pub number: OrderNumber,
    pub lines: Vec<StockChange>,
}

/// The stock of one variant that an order took or gave back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct StockChange {
    pub variant_id: VariantId,
    pub quantity: Quantity,
}

/// Emitted by a schedule: unpaid orders whose time is up are to be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiryDue {}

impl Event for OrderCreated {
    const TYPE: &'static str = "order.created";

    fn subject(&self) -> String {
        self.order_id.to_string()
    }
}

impl Event for OrderStatusChanged {
    const TYPE: &'static str = "order.status_changed";

    fn subject(&self) -> String {
        self.order_id.to_string()
    }
}

impl Event for OrderExpired {
    const TYPE: &'static str = "order.expired";

    fn subject(&self) -> String {
        self.order_id.to_string()
    }
}

impl Event for ExpiryDue {
    const TYPE: &'static str = "order.expiry_due";

    fn subject(&self) -> String {
        "orders".into()
    }
}
