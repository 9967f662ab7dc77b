//! The changes of mail records: each is a filter that states what must still hold, and an update.

use protocol::{Change, Filter, Update, path};
use values::Moment;

use crate::{KEPT, MailRecord, MailStatus};

/// Claims a mail again, unless its record changed since it was read.
pub fn claim_again(record: &MailRecord, now: Moment) -> (Filter, Update) {
    let update = vec![
        become_status(MailStatus::Claimed),
        Change::set(path("claimedAt"), now),
        Change::Inc(path("attempts"), 1),
        Change::set(path("expiresAt"), now.after(KEPT)),
    ];
    (as_claimed(record), Update(update))
}

/// Releases a claim, because the mail could not be sent.
pub fn release(record: &MailRecord) -> (Filter, Update) {
    (as_claimed(record), Update(vec![become_status(MailStatus::Released)]))
}

/// Marks the mail as sent, whoever claims it now.
pub fn sent(record: &MailRecord, now: Moment) -> (Filter, Update) {
    let update = vec![become_status(MailStatus::Sent), Change::set(path("sentAt"), now)];
    (Filter::id(&record.event_id), Update(update))
}

fn as_claimed(record: &MailRecord) -> Filter {
    Filter::id(&record.event_id)
        .and(Filter::Eq(path("status"), record.status.into()))
        .and(Filter::Eq(path("claimedAt"), record.claimed_at.into()))
}

fn become_status(status: MailStatus) -> Change {
    Change::set(path("status"), status)
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
