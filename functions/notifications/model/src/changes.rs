//! How records of mails change: each as the filter that tells what must still hold, and the update.

use kit::{Moment, path};
use protocol::{Change, Filter, Update};

use crate::{KEPT, MailRecord, MailStatus};

/// Claims a mail once more, if it still stands as it was read.
#[must_use]
pub fn claim_again(record: &MailRecord, now: Moment) -> (Filter, Update) {
    let update = vec![
        become_status(MailStatus::Claimed),
        Change::Set(path("claimedAt"), now.into()),
        Change::Inc(path("attempts"), 1),
        Change::Set(path("expiresAt"), now.after(KEPT).into()),
    ];
    (as_claimed(record), Update(update))
}

/// Gives a claim back: the mail could not be sent.
#[must_use]
pub fn release(record: &MailRecord) -> (Filter, Update) {
    (as_claimed(record), Update(vec![become_status(MailStatus::Released)]))
}

/// The mail is sent, whoever claimed it meanwhile.
#[must_use]
pub fn sent(record: &MailRecord, now: Moment) -> (Filter, Update) {
    let update = vec![become_status(MailStatus::Sent), Change::Set(path("sentAt"), now.into())];
    (Filter::id(&record.event_id), Update(update))
}

fn as_claimed(record: &MailRecord) -> Filter {
    Filter::id(&record.event_id)
        .and(Filter::Eq(path("status"), record.status.as_str().into()))
        .and(Filter::Eq(path("claimedAt"), record.claimed_at.into()))
}

fn become_status(status: MailStatus) -> Change {
    Change::Set(path("status"), status.as_str().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Check as _;

    #[test]
    fn what_is_asked_of_the_bridge_is_within_its_limits() {
        let now = Moment::from_millis(1);
        let record = MailRecord::claim("e".into(), "payment.succeeded".into(), now);
        for (filter, update) in [claim_again(&record, now), release(&record), sent(&record, now)] {
            filter.check().unwrap();
            update.check().unwrap();
        }
    }
}
