//! How orders change: each as the filter that must match exactly 1 order when the transaction commits, and the update.

use kit::{Moment, Problem, path, to_bson};
use protocol::{Change, Filter, Update};

use crate::{ChangedBy, Order, OrderId, OrderStatus, PaymentId, RefundDue, StatusChange};

/// Orders whose time to pay ran out before `now`.
#[must_use]
pub fn overdue(now: Moment) -> Filter {
    in_status(OrderStatus::Received).and(Filter::Lt(path("expiresAt"), now.into()))
}

/// A payment confirms an order that stands at `from`.
pub fn confirm(
    order: OrderId,
    from: OrderStatus,
    payment: PaymentId,
    now: Moment,
) -> Result<(Filter, Update), Problem> {
    let mut update = become_status(OrderStatus::Confirmed, ChangedBy::Payment, now)?;
    update.push(Change::Set(path("paymentId"), payment.into()));
    Ok((Filter::id(order).and(in_status(from)), Update(update)))
}

/// An order whose time to pay ran out before `now` is cancelled.
pub fn expire(order: OrderId, now: Moment) -> Result<(Filter, Update), Problem> {
    let update = become_status(OrderStatus::Cancelled, ChangedBy::Expiry, now)?;
    Ok((Filter::id(order).and(overdue(now)), Update(update)))
}

/// An unpaid order keeps its stock until `until`.
#[must_use]
pub fn extend(order: OrderId, until: Moment, now: Moment) -> (Filter, Update) {
    let update = vec![
        Change::Set(path("expiresAt"), until.into()),
        Change::Set(path("updatedAt"), now.into()),
        Change::Inc(path("version"), 1),
    ];
    (Filter::id(order).and(in_status(OrderStatus::Received)), Update(update))
}

/// An order, as it was read, notes that a payment's money must go back.
pub fn owe_refund(order: &Order, due: &RefundDue) -> Result<(Filter, Update), Problem> {
    let update = vec![
        Change::Push(path("refundsDue"), to_bson(due)?),
        Change::Set(path("updatedAt"), due.at.into()),
        Change::Inc(path("version"), 1),
    ];
    let as_read = Filter::id(order.id).and(Filter::Eq(path("version"), order.version.into()));
    Ok((as_read, Update(update)))
}

fn in_status(status: OrderStatus) -> Filter {
    Filter::Eq(path("status"), status.as_str().into())
}

fn become_status(status: OrderStatus, by: ChangedBy, at: Moment) -> Result<Vec<Change>, Problem> {
    Ok(vec![
        Change::Set(path("status"), status.as_str().into()),
        Change::Push(path("statusHistory"), to_bson(&StatusChange { status, at, by })?),
        Change::Unset(path("expiresAt")),
        Change::Set(path("updatedAt"), at.into()),
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
            confirm(order, OrderStatus::Received, PaymentId::new(), now).unwrap(),
            expire(order, now).unwrap(),
            extend(order, now, now),
            owe_refund(&placed, &due).unwrap(),
        ] {
            filter.check().unwrap();
            update.check().unwrap();
        }
    }

    #[test]
    fn an_order_that_is_confirmed_no_longer_expires() {
        let (_, update) =
            confirm(OrderId::new(), OrderStatus::Received, PaymentId::new(), Moment::from_millis(1)).unwrap();
        assert!(update.0.contains(&Change::Unset(path("expiresAt"))));
    }
}
