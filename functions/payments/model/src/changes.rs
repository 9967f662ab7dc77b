//! How payments change: each as the filter that must match exactly 1 payment when the transaction commits, and the
//! update. Only a pending payment changes, so it ends once.

use kit::{Moment, Problem, path, to_bson};
use protocol::{Change, Filter, Update};

use crate::{FailureCode, PaymentId, PaymentStatus};

/// The provider is about to be asked once more.
#[must_use]
pub fn ask_again(payment: PaymentId, now: Moment) -> (Filter, Update) {
    (pending(payment), Update(vec![Change::Inc(path("attempts"), 1), updated(now)]))
}

/// The provider took the money.
#[must_use]
pub fn succeed(payment: PaymentId, reference: &str, now: Moment) -> (Filter, Update) {
    let update = vec![
        become_status(PaymentStatus::Succeeded),
        Change::Set(path("providerReference"), reference.into()),
        updated(now),
    ];
    (pending(payment), Update(update))
}

/// The provider declined. The order may be paid by another payment.
pub fn fail(payment: PaymentId, why: FailureCode, now: Moment) -> Result<(Filter, Update), Problem> {
    let update = vec![
        become_status(PaymentStatus::Failed),
        Change::Set(path("failure"), to_bson(&why)?),
        Change::Unset(path("activeOrderId")),
        updated(now),
    ];
    Ok((pending(payment), Update(update)))
}

fn pending(payment: PaymentId) -> Filter {
    Filter::id(payment).and(Filter::Eq(path("status"), PaymentStatus::Pending.as_str().into()))
}

fn become_status(status: PaymentStatus) -> Change {
    Change::Set(path("status"), status.as_str().into())
}

fn updated(now: Moment) -> Change {
    Change::Set(path("updatedAt"), now.into())
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
