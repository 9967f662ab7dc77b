//! What another service and this one say to each other.

use http::HeaderMap;
use kit::{Caller, EmailAddress, Locale, LocalizedText, Money, UserId};
use serde::{Deserialize, Serialize};

use crate::{Order, OrderId, OrderNumber, PaymentId, Quantity};

/// Who wants to see or pay an order, as the asking service found out.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asker {
    /// The secret of a guest's order that was shown, not checked yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// Who is signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
}

impl Asker {
    /// Whoever asks the shop: signed in, or with the header `X-Order-Token`, or neither.
    #[must_use]
    pub fn of(caller: &Caller, headers: &HeaderMap) -> Self {
        Self {
            access_token: headers
                .get("x-order-token")
                .and_then(|value| value.to_str().ok())
                .map(ToOwned::to_owned),
            user_id: caller.claims().map(|claims| claims.sub),
        }
    }
}

/// What is to be paid for an order, and what a receipt says.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Due {
    /// The order.
    pub order_id: OrderId,
    /// What people call it.
    pub number: OrderNumber,
    /// Who bought.
    pub buyer: Contact,
    /// The language of mails.
    pub locale: Locale,
    /// What was bought.
    pub lines: Vec<DueLine>,
    /// What is to be paid.
    pub total: Money,
}

/// Where a mail goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The name.
    pub name: String,
    /// The address.
    pub email: EmailAddress,
}

/// A line of a receipt.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DueLine {
    /// What the product was called.
    pub name: LocalizedText,
    /// What the variant was called.
    pub variant_name: LocalizedText,
    /// How many.
    pub quantity: Quantity,
    /// What one cost.
    pub unit_price: Money,
    /// What they cost together.
    pub line_total: Money,
}

/// A payment for an order succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Paid {
    /// The payment.
    pub payment_id: PaymentId,
    /// What was paid.
    pub amount: Money,
}

/// What the data of `payment.succeeded` must say to settle an order; it says more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentSucceeded {
    /// The payment.
    pub payment_id: PaymentId,
    /// What it was for.
    pub order_id: OrderId,
    /// What was paid.
    pub total: Money,
}

impl From<&Order> for Due {
    fn from(order: &Order) -> Self {
        let line = |line: &crate::OrderLine| DueLine {
            name: line.name.clone(),
            variant_name: line.variant_name.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            line_total: line.line_total,
        };
        Self {
            order_id: order.id,
            number: order.number.clone(),
            buyer: Contact { name: order.buyer.name.clone(), email: order.buyer.email.clone() },
            locale: order.locale,
            lines: order.lines.iter().map(line).collect(),
            total: order.total,
        }
    }
}
