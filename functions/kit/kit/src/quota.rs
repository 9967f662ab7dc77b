use std::time::Duration;

use protocol::{Change, Conflict, Expect, Filter, Query, Update};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Bridge, BridgeError, Collection, Moment, Problem, Transaction, path};

/// How often something may be done by one party, or to one, in a window of time. Windows follow each other without
/// gaps, so twice as much may happen around the end of one.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    name: &'static str,
    most: u32,
    window: Duration,
}

/// How often it was done: the document that counts. It expires with its window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    #[serde(rename = "_id")]
    id: String,
    count: i64,
    expires_at: Moment,
}
crate::document!(Tally);

/// A quota as it stands for one party in the window of this moment. Who the party is can't be read from what is stored.
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

    /// What one party may still do now.
    #[must_use]
    pub fn of(&self, whom: &str, now: Moment) -> Allowance {
        let window = i64::try_from(self.window.as_millis()).unwrap_or(i64::MAX).max(1);
        let passed = now.millis().rem_euclid(window);
        let start = now.millis() - passed;
        let left = Duration::from_millis((window - passed).unsigned_abs());
        let digest = Sha256::digest(format!("{}\0{whom}", self.name));
        let party = digest.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        Allowance {
            id: format!("{}:{party}:{}", self.name, start / 1000),
            most: self.most,
            left,
            ends: now.after(left),
        }
    }
}

impl Allowance {
    /// Asks for what is counted, to look before counting.
    #[must_use]
    pub fn query(&self, tallies: Collection<Tally>) -> Query {
        Query { limit: 1, ..tallies.query(Filter::id(&self.id)) }
    }

    /// Whether nothing is left, by what [`Self::query`] found.
    #[must_use]
    pub fn is_spent(&self, found: &[Tally]) -> bool {
        found.first().is_some_and(|tally| tally.count >= i64::from(self.most))
    }

    /// 429, to be tried again in the next window.
    #[must_use]
    pub fn refusal(&self) -> Problem {
        Problem::too_many_requests(self.left)
    }

    /// Counts one more, if that is still allowed: false says that nothing was left. However many callers count at once,
    /// no more than the quota are told true.
    pub async fn spend(&self, bridge: &Bridge, tallies: Collection<Tally>) -> Result<bool, BridgeError> {
        // Once more after both were refused: between the two the count may have been cleared.
        for _ in 0..2 {
            let first = Tally { id: self.id.clone(), count: 1, expires_at: self.ends };
            match bridge.transact(Transaction::new().insert(tallies, &first)).await {
                Err(BridgeError::Conflict(Conflict::Duplicate { .. })) => {}
                other => return other.map(|_| true),
            }
            let one_more = Transaction::new().update(
                tallies,
                Filter::id(&self.id).and(Filter::Lt(path("count"), self.most.into())),
                Update(vec![Change::Inc(path("count"), 1)]),
                Expect::Exactly(1),
            );
            match bridge.transact(one_more).await {
                Err(BridgeError::Conflict(Conflict::Unmet { .. })) => {}
                other => return other.map(|_| true),
            }
        }
        Ok(false)
    }

    /// Forgets what was counted, together with the rest of the transaction.
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
        let allowance = LOGINS.of("ada@example.com", start);
        assert_eq!(allowance.left, Duration::from_mins(15));
        let last = LOGINS.of("ada@example.com", start.after(Duration::from_millis(899_999)));
        assert_eq!((&last.id, last.left), (&allowance.id, Duration::from_millis(1)));
        assert_ne!(LOGINS.of("ada@example.com", start.after(Duration::from_mins(15))).id, allowance.id);
    }

    #[test]
    fn parties_are_counted_apart_and_can_not_be_read_from_the_count() {
        let now = Moment::from_millis(0);
        let ada = LOGINS.of("ada@example.com", now);
        assert_ne!(ada.id, LOGINS.of("eve@example.com", now).id);
        assert_ne!(ada.id, Quota::new("register", 10, Duration::from_mins(15)).of("ada@example.com", now).id);
        assert!(!ada.id.contains("ada"));
    }

    #[test]
    fn nothing_is_left_once_the_quota_is_counted() {
        let allowance = LOGINS.of("ada", Moment::from_millis(0));
        let tally = |count| [Tally { id: allowance.id.clone(), count, expires_at: allowance.ends }];
        assert!(!allowance.is_spent(&[]));
        assert!(!allowance.is_spent(&tally(9)));
        assert!(allowance.is_spent(&tally(10)));
        assert_eq!(allowance.refusal().status(), 429);
    }

    proptest! {
        #[test]
        fn every_moment_is_in_one_window(millis in 0..4_000_000_000_000_i64) {
            let allowance = LOGINS.of("ada", Moment::from_millis(millis));
            prop_assert!(allowance.left > Duration::ZERO && allowance.left <= Duration::from_mins(15));
            prop_assert_eq!(allowance.ends.millis() % 900_000, 0);
        }
    }
}
