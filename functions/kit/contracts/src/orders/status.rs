use protocol::Scalar;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};
use utoipa::ToSchema;

/// The state of an order.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum OrderStatus {
    /// Placed, and not paid yet.
    Received,
    /// Paid.
    Confirmed,
    /// Packed.
    Prepared,
    /// Handed to the buyer.
    Delivered,
    /// Not going to be sent.
    Cancelled,
    /// The money was paid back.
    Refunded,
}

impl OrderStatus {
    /// Whether an order may change from this state to the next. A cancelled order is confirmed when its payment arrives late
    /// and its goods are still in stock.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use OrderStatus::{Cancelled, Confirmed, Delivered, Prepared, Received, Refunded};
        matches!(
            (self, next),
            (Received | Cancelled, Confirmed)
                | (Confirmed, Prepared)
                | (Prepared, Delivered)
                | (Received | Confirmed | Prepared, Cancelled)
                | (Confirmed | Prepared | Delivered | Cancelled, Refunded)
        )
    }

    /// Whether the order was paid and the shop keeps the money.
    #[must_use]
    pub const fn is_paid(self) -> bool {
        matches!(self, Self::Confirmed | Self::Prepared | Self::Delivered)
    }
}

impl From<OrderStatus> for Scalar {
    fn from(status: OrderStatus) -> Self {
        <&str>::from(status).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OrderStatus::{Cancelled, Confirmed, Delivered, Prepared, Received, Refunded};

    #[test]
    fn an_order_changes_state_in_these_ways_only() {
        let ways = [
            (Received, Confirmed),
            (Received, Cancelled),
            (Confirmed, Prepared),
            (Confirmed, Cancelled),
            (Confirmed, Refunded),
            (Prepared, Delivered),
            (Prepared, Cancelled),
            (Prepared, Refunded),
            (Delivered, Refunded),
            (Cancelled, Confirmed),
            (Cancelled, Refunded),
        ];
        for from in OrderStatus::VARIANTS {
            for to in OrderStatus::VARIANTS {
                assert_eq!(from.may_become(*to), ways.contains(&(*from, *to)), "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn nothing_follows_a_refund_and_nothing_becomes_received_again() {
        for status in OrderStatus::VARIANTS {
            assert!(!Refunded.may_become(*status));
            assert!(!status.may_become(Received));
        }
    }

    #[test]
    fn a_status_is_stored_by_its_name() {
        for status in OrderStatus::VARIANTS {
            assert_eq!(serde_json::to_value(status).unwrap(), <&str>::from(status));
        }
    }
}
