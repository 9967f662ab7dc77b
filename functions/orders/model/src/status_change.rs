use contracts::orders::OrderStatus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::Moment;

/// Who changed an order's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChangedBy {
    Buyer,
    /// A payment that succeeded.
    Payment,
    /// The time to pay ran out.
    Expiry,
}

/// A change of an order's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusChange {
    pub status: OrderStatus,
    pub at: Moment,
    pub by: ChangedBy,
}
