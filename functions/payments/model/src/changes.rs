//! The changes of payments: each is a filter that must match exactly 1 payment when the transaction commits, and an update.
//! Only a pending payment changes, so it ends once.

use contracts::ids::PaymentId;
use contracts::payments::FailureCode;
use protocol::{Change, Filter, Unencodable, Update, path, to_bson};
use values::Moment;

use crate::PaymentStatus;

/// Counts another attempt, before the provider is asked again.
#[must_use]
pub fn ask_again(payment: PaymentId, now: Moment) -> (Filter, Update) {
    (pending(payment), Update(vec![Change::Inc(path("attempts"), 1), updated(now)]))
}

/// The provider took the money.
#[must_use]
pub fn succeed(payment: PaymentId, reference: &str, now: Moment) -> (Filter, Update) {
    let update = vec![
        become_status(PaymentStatus::Succeeded),
        Change::set(path("providerReference"), reference),
        updated(now),
    ];
    (pending(payment), Update(update))
}

/// The provider declined. The order may be paid by another payment.
pub fn fail(payment: PaymentId, why: FailureCode, now: Moment) -> Result<(Filter, Update), Unencodable> {
    let update = vec![
        become_status(PaymentStatus::Failed),
        Change::Set(path("failure"), to_bson(&why)?),
        Change::Unset(path("activeOrderId")),
        updated(now),
    ];
    Ok((pending(payment), Update(update)))
}

fn pending(payment: PaymentId) -> Filter {
    Filter::id(payment).and(Filter::Eq(path("status"), PaymentStatus::Pending.into()))
}

fn become_status(status: PaymentStatus) -> Change {
    Change::set(path("status"), status)
}

fn updated(now: Moment) -> Change {
    Change::set(path("updatedAt"), now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Check as _;

    #[test]
    fn what_is_asked_of_the_bridge_is_within_its_limits_and_about_a_pending_payment() {
        let (payment, now) = (PaymentId::new(), Moment::from_millis(1));
        for (filter, update) in [
            ask_again(payment, now),
            succeed(payment, "test_1", now),
            fail(payment, FailureCode::CardDeclined, now).unwrap(),
        ] {
            filter.check().unwrap();
            update.check().unwrap();
            assert_eq!(filter, pending(payment));
        }
    }
}
