use std::time::Duration;

use kit::{Bridge, BridgeError, Context, Level, Once, Outcome};
use notifications_model::{MAILS, MailRecord, Standing, changes};
use protocol::{Conflict, Expect, Filter, Transaction, Update};
use values::{Fault, Moment, Problem};

/// The right to send the mail of one event, for a minute.
pub(super) struct Claim<'a> {
    bridge: &'a Bridge,
    record: MailRecord,
}

/// How long to wait before trying again to mark a mail as sent: the bridge may be away for a moment, and a lost mark costs
/// the buyer a second mail.
const PAUSES: [Duration; 6] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(3),
    Duration::from_secs(4),
];

impl<'a> Claim<'a> {
    /// Claims the mail; `None` if it was sent already. 503 while another delivery sends it.
    pub(super) async fn take(
        bridge: &'a Bridge,
        event_id: &str,
        kind: &str,
    ) -> Result<Option<Self>, Problem> {
        let now = Moment::now();
        let record = MailRecord::claim(event_id.to_owned(), kind.to_owned(), now);
        let before = match Once::by_id(MAILS, event_id).insert(bridge, record.clone()).await? {
            Outcome::Now(record) => return Ok(Some(Self { bridge, record })),
            Outcome::Before(before) => before,
        };
        match before.standing(now) {
            Standing::Sent => Ok(None),
            Standing::Busy => Err(busy().into()),
            Standing::Free => {
                let (filter, update) = changes::claim_again(&before, now);
                match change(bridge, filter, update, Expect::Exactly(1)).await {
                    Ok(()) => Ok(Some(Self { bridge, record })),
                    Err(BridgeError::Conflict(Conflict::Unmet { .. })) => Err(busy().into()),
                    Err(error) => Err(error.into()),
                }
            }
        }
    }

    /// Marks the mail as sent. If the bridge stays away, the delivery succeeded all the same: a redelivery of the event could
    /// only send the mail again.
    pub(super) async fn mark_sent(&self, context: Context) {
        let (filter, update) = changes::sent(&self.record, Moment::now());
        let mut pauses = PAUSES.into_iter();
        loop {
            match change(self.bridge, filter.clone(), update.clone(), Expect::Any).await {
                Ok(()) => return,
                Err(error) => match (&error, pauses.next()) {
                    (BridgeError::Unavailable(_), Some(pause)) => kit::pause(pause).await,
                    _ => return self.log(context, "a sent mail was not marked", &error),
                },
            }
        }
    }

    /// Lets the next delivery of the event try at once. If this fails, it has to wait for the claim to end.
    pub(super) async fn release(&self, context: Context) {
        let (filter, update) = changes::release(&self.record);
        if let Err(error) = change(self.bridge, filter, update, Expect::Any).await {
            self.log(context, "a mail that was not sent stays claimed", &error);
        }
    }

    fn log(&self, context: Context, message: &str, error: &BridgeError) {
        let reason = error.to_string();
        context.log(Level::Warn, message, &[("eventId", &self.record.event_id), ("reason", &reason)]);
    }
}

async fn change(bridge: &Bridge, filter: Filter, update: Update, expect: Expect) -> Result<(), BridgeError> {
    bridge.transact(Transaction::new().update(MAILS, filter, update, expect)).await.map(|_| ())
}

fn busy() -> Fault {
    Fault::unavailable("another delivery is sending this mail")
}
