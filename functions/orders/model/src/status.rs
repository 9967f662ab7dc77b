use kit::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderStatus {
    /// Placed, not paid yet.
    Received,
    /// Paid.
    Confirmed,
    /// Packed.
    Prepared,
    /// With the buyer.
    Delivered,
    /// Will not be sent.
    Cancelled,
    /// The money went back.
    Refunded,
}

/// Who changed an order's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChangedBy {
    /// Whoever ordered.
    Buyer,
    /// A payment that succeeded.
    Payment,
    /// The time to pay ran out.
    Expiry,
}

/// A step of an order's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusChange {
    /// What it became.
    pub status: OrderStatus,
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: ChangedBy,
}

impl OrderStatus {
    /// Every status.
    pub const ALL: [Self; 6] =
        [Self::Received, Self::Confirmed, Self::Prepared, Self::Delivered, Self::Cancelled, Self::Refunded];

    /// Whether an order may go from the one to the other. A cancelled order is confirmed when its payment comes late
    /// and its goods are still there.
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

    /// Its name as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Confirmed => "confirmed",
            Self::Prepared => "prepared",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OrderStatus::{Cancelled, Confirmed, Delivered, Prepared, Received, Refunded};

    #[test]
    fn an_order_goes_these_ways_and_no_other() {
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
        for from in OrderStatus::ALL {
            for to in OrderStatus::ALL {
                assert_eq!(from.may_become(to), ways.contains(&(from, to)), "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn nothing_follows_a_refund_and_nothing_becomes_received_again() {
        for status in OrderStatus::ALL {
            assert!(!Refunded.may_become(status));
            assert!(!status.may_become(Received));
        }
    }

    #[test]
    fn a_status_is_stored_by_its_name() {
        for status in OrderStatus::ALL {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }
}
