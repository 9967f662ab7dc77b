use std::time::Duration;

use kit::{Collection, Moment};
use serde::{Deserialize, Serialize};

/// The mails that were sent or are being sent; nobody's name, address or text.
pub const MAILS: Collection<MailRecord> = Collection::new("mails");
kit::document!(MailRecord);

/// How long whoever claimed a mail may take to send it before another does.
pub const SENDING_TAKES: Duration = Duration::from_mins(1);

/// How long a mail is remembered: far longer than an event is delivered again.
pub const KEPT: Duration = Duration::from_hours(90 * 24);

/// That the mail of one event is sent once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MailRecord {
    /// The event's id.
    #[serde(rename = "_id")]
    pub event_id: String,
    /// The event's type.
    pub kind: String,
    /// Whether it is sent.
    pub status: MailStatus,
    /// When sending last began.
    pub claimed_at: Moment,
    /// How often sending began.
    pub attempts: i64,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Moment>,
    /// When this is forgotten.
    pub expires_at: Moment,
}

/// Whether a mail is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailStatus {
    /// Somebody is sending it.
    Claimed,
    /// It could not be sent; anybody may try again.
    Released,
    /// It is sent.
    Sent,
}

/// What is to be done about a mail that was claimed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing: it is sent.
    Sent,
    /// Somebody is sending it, and has this long left.
    Busy(Duration),
    /// It may be claimed.
    Free,
}

impl MailStatus {
    /// Its name as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Released => "released",
            Self::Sent => "sent",
        }
    }
}

impl MailRecord {
    /// The first claim of an event's mail.
    #[must_use]
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

    /// What is to be done about it now.
    #[must_use]
    pub fn standing(&self, now: Moment) -> Standing {
        match self.status {
            MailStatus::Sent => Standing::Sent,
            MailStatus::Released => Standing::Free,
            MailStatus::Claimed => {
                let left = self.claimed_at.after(SENDING_TAKES).millis().saturating_sub(now.millis());
                match u64::try_from(left) {
                    Ok(left @ 1..) => Standing::Busy(Duration::from_millis(left)),
                    _ => Standing::Free,
                }
            }
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
        assert_eq!(at(0), Standing::Busy(Duration::from_mins(1)));
        assert_eq!(at(59_999), Standing::Busy(Duration::from_millis(1)));
        assert_eq!(at(60_000), Standing::Free);
    }

    #[test]
    fn a_released_claim_is_free_at_once_and_a_sent_mail_never_is() {
        assert_eq!(record(MailStatus::Released).standing(Moment::from_millis(0)), Standing::Free);
        assert_eq!(record(MailStatus::Sent).standing(Moment::from_millis(i64::MAX)), Standing::Sent);
    }

    #[test]
    fn a_record_comes_back_whole_with_its_expiry_as_a_date() {
        let record = record(MailStatus::Claimed);
        let bytes = bson::serialize_to_vec(&record).unwrap();
        assert_eq!(bson::deserialize_from_slice::<MailRecord>(&bytes).unwrap(), record);
        let document: bson::Document = bson::deserialize_from_slice(&bytes).unwrap();
        assert!(matches!(document.get("expiresAt"), Some(bson::Bson::DateTime(_))));
        assert_eq!(document.get_str("status").unwrap(), MailStatus::Claimed.as_str());
    }
}
