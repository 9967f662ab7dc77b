use std::time::Duration;

use protocol::{Change, Collection, Expect, Filter, Query, Transaction, Update, path};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::moment::Moment;
use crate::refusal::TooManyRequests;

/// How often one party may do something in a window of time. Windows follow each other without gaps, so twice as many uses
/// may fall around the end of a window.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    name: &'static str,
    most: u32,
    window: Duration,
}

/// The stored count of one party's uses in one window. It expires with the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    #[serde(rename = "_id")]
    id: String,
    count: i64,
    expires_at: Moment,
}
protocol::document!(Tally);

/// What a quota allows one party in one window. The stored tally does not reveal the party.
#[derive(Clone, Debug)]
pub struct Allowance {
    id: String,
    most: u32,
    left: Duration,
    ends: Moment,
}

impl Quota {
    /// At most `most` times in each window.
    #[must_use]
    pub const fn new(name: &'static str, most: u32, window: Duration) -> Self {
        Self { name, most, window }
    }

    /// What the quota allows a party in the window that `now` falls in.
    #[must_use]
    pub fn allowance(&self, whom: &str, now: Moment) -> Allowance {
        let window = i64::try_from(self.window.as_millis()).unwrap_or(i64::MAX).max(1);
        let passed = now.millis().rem_euclid(window);
        let start = now.millis() - passed;
        let left = Duration::from_millis((window - passed).unsigned_abs());
        let digest = Sha256::digest(format!("{}\0{whom}", self.name));
        let party = hex::encode(&digest[..16]);
        Allowance {
            id: format!("{}:{party}:{}", self.name, start / 1000),
            most: self.most,
            left,
            ends: now.after(left),
        }
    }
}

impl Allowance {
    /// The query for the tally, to look before counting.
    #[must_use]
    pub fn query(&self, tallies: Collection<Tally>) -> Query {
        Query { limit: 1, ..tallies.query(Filter::id(&self.id)) }
    }

    /// Whether the tally that [`Self::query`] found leaves nothing.
    #[must_use]
    pub fn is_spent(&self, found: &[Tally]) -> bool {
        found.first().is_some_and(|tally| tally.count >= i64::from(self.most))
    }

    /// The refusal once nothing is left, until the next window.
    #[must_use]
    pub fn refusal(&self) -> TooManyRequests {
        TooManyRequests::TooManyRequests(self.left)
    }

    /// Counts the first use of a window; conflicts if there was one.
    #[must_use]
    pub fn spend_first(&self, tallies: Collection<Tally>) -> Transaction {
        let first = Tally { id: self.id.clone(), count: 1, expires_at: self.ends };
        Transaction::new().insert(tallies, &first)
    }

    /// Counts one more use; conflicts if there was no first one, or nothing is left.
    #[must_use]
    pub fn spend_another(&self, tallies: Collection<Tally>) -> Transaction {
        Transaction::new().update(
            tallies,
            Filter::id(&self.id).and(Filter::Lt(path("count"), self.most.into())),
            Update(vec![Change::Inc(path("count"), 1)]),
            Expect::Exactly(1),
        )
    }

    /// Forgets the tally, together with the rest of the transaction.
    #[must_use]
    pub fn clear(&self, tallies: Collection<Tally>, transaction: Transaction) -> Transaction {
        transaction.delete(tallies, Filter::id(&self.id), Expect::Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOGINS: Quota = Quota::new("login", 10, Duration::from_mins(15));

    #[test]
    fn a_window_ends_and_the_next_one_counts_anew() {
        let start = Moment::from_millis(1_800_000_000_000);
        let allowance = LOGINS.allowance("ada@example.com", start);
        assert_eq!(allowance.left, Duration::from_mins(15));
        let last = LOGINS.allowance("ada@example.com", start.after(Duration::from_millis(899_999)));
        assert_eq!((&last.id, last.left), (&allowance.id, Duration::from_millis(1)));
        assert_ne!(
            LOGINS.allowance("ada@example.com", start.after(Duration::from_mins(15))).id,
            allowance.id
        );
    }

    #[test]
    fn parties_are_counted_apart_and_can_not_be_read_from_the_count() {
        let now = Moment::from_millis(0);
        let ada = LOGINS.allowance("ada@example.com", now);
        assert_ne!(ada.id, LOGINS.allowance("eve@example.com", now).id);
        assert_ne!(
            ada.id,
            Quota::new("register", 10, Duration::from_mins(15)).allowance("ada@example.com", now).id
        );
        assert!(!ada.id.contains("ada"));
    }

    #[test]
    fn nothing_is_left_once_the_quota_is_counted() {
        let allowance = LOGINS.allowance("ada", Moment::from_millis(0));
        let tally = |count| [Tally { id: allowance.id.clone(), count, expires_at: allowance.ends }];
        assert!(!allowance.is_spent(&[]));
        assert!(!allowance.is_spent(&tally(9)));
        assert!(allowance.is_spent(&tally(10)));
        assert_eq!(allowance.refusal(), TooManyRequests::TooManyRequests(allowance.left));
    }

    proptest! {
        #[test]
        fn every_moment_is_in_one_window(millis in 0..4_000_000_000_000_i64) {
            let allowance = LOGINS.allowance("ada", Moment::from_millis(millis));
            prop_assert!(allowance.left > Duration::ZERO && allowance.left <= Duration::from_mins(15));
            prop_assert_eq!(allowance.ends.millis() % 900_000, 0);
        }
    }
}
