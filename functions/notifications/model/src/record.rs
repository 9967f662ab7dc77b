use std::time::Duration;

use protocol::{Collection, Scalar};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;
use values::Moment;

/// Records of mails; they hold nobody's name or address, and no text.
pub const MAILS: Collection<MailRecord> = Collection::new("mails");
protocol::document!(MailRecord);

/// How long a claim holds, before another delivery may send the mail.
pub const SENDING_TAKES: Duration = Duration::from_mins(1);

/// How long a record is kept: far longer than an event may be redelivered.
pub const KEPT: Duration = Duration::from_hours(90 * 24);

/// Sees to it that the mail of an event is sent once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MailRecord {
    #[serde(rename = "_id")]
    pub event_id: String,
    /// The event's type.
    pub kind: String,
    pub status: MailStatus,
    pub claimed_at: Moment,
    /// How often the mail was claimed.
    pub attempts: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Moment>,
    /// When the store deletes the record.
    pub expires_at: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum MailStatus {
    /// A delivery is sending it.
    Claimed,
    /// It could not be sent; any delivery may try again.
    Released,
    Sent,
}

/// What a delivery does about a mail that was claimed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Sent,
    /// Wait: another delivery is sending it.
    Busy,
    /// Claim it.
    Free,
}

impl From<MailStatus> for Scalar {
    fn from(status: MailStatus) -> Self {
        <&str>::from(status).into()
    }
}

impl MailRecord {
    /// The first claim of an event's mail.
    pub fn claim(event_id: String, kind: String, now: Moment) -> Self {
        Self {
            event_id,
            kind,
            status: MailStatus::Claimed,
            claimed_at: now,
            attempts: 1,
            sent_at: None,
            expires_at: now.after(KEPT),
        }
    }

    pub fn standing(&self, now: Moment) -> Standing {
        match self.status {
            MailStatus::Sent => Standing::Sent,
            MailStatus::Claimed if now < self.claimed_at.after(SENDING_TAKES) => Standing::Busy,
            MailStatus::Claimed | MailStatus::Released => Standing::Free,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(status: MailStatus) -> MailRecord {
        let mut record = MailRecord::claim("e".into(), "payment.succeeded".into(), Moment::from_millis(0));
        record.status = status;
        record
    }

    #[test]
    fn a_claim_holds_for_a_minute() {
        let claimed = record(MailStatus::Claimed);
        let at = |millis| claimed.standing(Moment::from_millis(millis));
        assert_eq!(at(0), Standing::Busy);
        assert_eq!(at(59_999), Standing::Busy);
        assert_eq!(at(60_000), Standing::Free);
    }

    #[test]
    fn a_released_mail_is_free_at_once_and_a_sent_one_never() {
        assert_eq!(record(MailStatus::Released).standing(Moment::from_millis(0)), Standing::Free);
        assert_eq!(record(MailStatus::Sent).standing(Moment::from_millis(i64::MAX)), Standing::Sent);
    }

    #[test]
    fn a_record_decodes_to_itself_and_expires_at_a_date() {
        let record = record(MailStatus::Claimed);
        let bytes = bson::serialize_to_vec(&record).unwrap();
        assert_eq!(bson::deserialize_from_slice::<MailRecord>(&bytes).unwrap(), record);
        let document: bson::Document = bson::deserialize_from_slice(&bytes).unwrap();
        assert!(matches!(document.get("expiresAt"), Some(bson::Bson::DateTime(_))));
        assert_eq!(document.get_str("status").unwrap(), <&str>::from(MailStatus::Claimed));
    }
}
