//! Calls that other services make to the orders service.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::{EmailAddress, Locale, LocalizedText, Money, Refusal};

use super::number::OrderNumber;
use super::quantity::Quantity;
use crate::ids::{OrderId, PaymentId, UserId};

/// Who wants to see or pay an order.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asker {
    /// The access token of a guest's order, as it was shown: not checked yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// The signed-in user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
}

/// What is due for an order, and what its receipt says.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct Due {
    pub order_id: OrderId,
    pub number: OrderNumber,
    pub buyer: Contact,
    pub locale: Locale,
    pub lines: Vec<DueLine>,
    pub total: Money,
}

/// Where mails about an order go.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Contact {
    pub name: String,
    pub email: EmailAddress,
}

/// A line of a receipt.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct DueLine {
    pub name: LocalizedText,
    pub variant_name: LocalizedText,
    pub quantity: Quantity,
    pub unit_price: Money,
    pub line_total: Money,
}

/// A payment that succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Paid {
    pub payment_id: PaymentId,
    pub amount: Money,
}

/// Why an order can't be paid. Its codes are also how the orders service answers the payments service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, thiserror::Error, Refusal)]
#[serde(rename_all = "snake_case")]
pub enum NotPayable {
    /// The order does not exist, or is not the caller's.
    #[error("There is no such order.")]
    #[refusal(NotFound, code = "not_found")]
    #[serde(rename = "not_found")]
    NoSuchOrder,
    /// The order is paid.
    #[error("The order is already paid.")]
    #[refusal(Conflict)]
    AlreadyPaid,
    /// The order was cancelled or has expired.
    #[error("The order can't be paid any more.")]
    #[refusal(Conflict)]
    OrderNotPayable,
}
