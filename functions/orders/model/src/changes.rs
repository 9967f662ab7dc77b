//! The changes of orders: each is a filter that must match exactly 1 order when the transaction commits, and an update.

use contracts::ids::{OrderId, PaymentId};
use contracts::orders::OrderStatus;
use protocol::{Change, Filter, Unencodable, Update, path, to_bson};
use values::Moment;

use crate::{ChangedBy, Order, RefundDue, StatusChange};

/// Matches unpaid orders that expired before `now`.
#[must_use]
pub fn overdue(now: Moment) -> Filter {
    in_status(OrderStatus::Received).and(Filter::Lt(path("expiresAt"), now.into()))
}

/// Confirms an order that a payment paid, unless it changed since it was read.
pub fn confirm(order: &Order, payment: PaymentId, now: Moment) -> Result<(Filter, Update), Unencodable> {
    let mut update = become_status(OrderStatus::Confirmed, ChangedBy::Payment, now)?;
    update.push(Change::set(path("paymentId"), payment));
    Ok((as_read(order), Update(update)))
}

/// Cancels an unpaid order that expired before `now`, unless it changed since it was read.
pub fn expire(order: &Order, now: Moment) -> Result<(Filter, Update), Unencodable> {
    let update = become_status(OrderStatus::Cancelled, ChangedBy::Expiry, now)?;
    Ok((as_read(order).and(overdue(now)), Update(update)))
}

/// Lets an unpaid order keep its stock until `until`.
#[must_use]
pub fn extend(order: OrderId, until: Moment, now: Moment) -> (Filter, Update) {
    let update = vec![
        Change::set(path("expiresAt"), until),
        Change::set(path("updatedAt"), now),
        Change::Inc(path("version"), 1),
    ];
    (Filter::id(order).and(in_status(OrderStatus::Received)), Update(update))
}

/// Notes on an order, unless it changed since it was read, that a payment must be refunded.
pub fn owe_refund(order: &Order, due: &RefundDue) -> Result<(Filter, Update), Unencodable> {
    let update = vec![
        Change::Push(path("refundsDue"), to_bson(due)?),
        Change::set(path("updatedAt"), due.at),
        Change::Inc(path("version"), 1),
    ];
    Ok((as_read(order), Update(update)))
}

fn as_read(order: &Order) -> Filter {
    Filter::id(order.id).and(Filter::Eq(path("version"), order.version.into()))
}

fn in_status(status: OrderStatus) -> Filter {
    Filter::Eq(path("status"), status.into())
}

fn become_status(status: OrderStatus, by: ChangedBy, at: Moment) -> Result<Vec<Change>, Unencodable> {
    Ok(vec![
        Change::set(path("status"), status),
        Change::Push(path("statusHistory"), to_bson(&StatusChange { status, at, by })?),
        Change::Unset(path("expiresAt")),
        Change::set(path("updatedAt"), at),
        Change::Inc(path("version"), 1),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Check as _;

    #[test]
    fn what_is_asked_of_the_bridge_is_within_its_limits() {
        let (placed, now) = (crate::testing::order(), Moment::from_millis(1));
        let order = placed.id;
        let due = RefundDue { payment_id: PaymentId::new(), amount: placed.total, at: now };
        for (filter, update) in [
            confirm(&placed, PaymentId::new(), now).unwrap(),
            expire(&placed, now).unwrap(),
            extend(order, now, now),
            owe_refund(&placed, &due).unwrap(),
        ] {
            filter.check().unwrap();
            update.check().unwrap();
        }
    }

    #[test]
    fn an_order_that_is_confirmed_no_longer_expires() {
        let order = crate::testing::order();
        let (_, update) = confirm(&order, PaymentId::new(), Moment::from_millis(1)).unwrap();
        assert!(update.0.contains(&Change::Unset(path("expiresAt"))));
    }
}
