use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contracts::ids::UserId;
use protocol::{Change, Collection, Expect, Filter, Transaction, Update, path};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use values::{Id, Moment, NoRandomness, Secret};

pub const SESSIONS: Collection<Session> = Collection::new("sessions");
protocol::document!(Session);

/// How long an unused refresh token is valid.
pub(crate) const REFRESH_LIFE: Duration = Duration::from_hours(30 * 24);

/// Two tabs of one browser may send the same token at nearly the same time; one that arrives later than this was stolen.
pub(crate) const RACE: Duration = Duration::from_secs(10);

pub type SessionId = Id<Session>;

/// What the sessions that descend from one sign-in share.
#[derive(Debug)]
pub enum Family {}

pub type FamilyId = Id<Family>;

/// What a client shows to stay signed in: 256 random bits, valid for one use. Nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken(String);

/// A refresh token as it is stored: its hash, and whether it was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    #[serde(rename = "_id")]
    id: SessionId,
    family: FamilyId,
    user_id: UserId,
    token_hash: String,
    created_at: Moment,
    expires_at: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used_at: Option<Moment>,
    revoked: bool,
}

/// The state of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may be exchanged for the next one.
    Good,
    /// Another tab exchanged it a moment ago, so the browser has its successor already.
    Raced,
    /// It was exchanged before: somebody has a copy, so no token of its family can be trusted.
    Stolen,
    /// It expired, or its family was revoked.
    Over,
}

const TOKEN_LENGTH: usize = 43;

impl RefreshToken {
    /// `None` if this can't be a token.
    pub fn parse(text: &str) -> Option<Self> {
        let valid = text.len() == TOKEN_LENGTH
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        valid.then(|| Self(text.to_owned()))
    }

    /// The text for the client.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Matches the token's session.
    pub fn session(&self) -> Filter {
        Filter::Eq(path("tokenHash"), self.hash().into())
    }

    fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }
}

impl Session {
    /// Starts a family: somebody signs in.
    pub fn open(user: UserId, now: Moment) -> Result<(Self, RefreshToken), NoRandomness> {
        Self::in_family(FamilyId::new(), user, now)
    }

    /// The next session of the family.
    pub fn successor(&self, now: Moment) -> Result<(Self, RefreshToken), NoRandomness> {
        Self::in_family(self.family, self.user_id, now)
    }

    fn in_family(
        family: FamilyId,
        user_id: UserId,
        now: Moment,
    ) -> Result<(Self, RefreshToken), NoRandomness> {
        let token = RefreshToken(Secret::random()?.expose().to_owned());
        let session = Self {
            id: SessionId::new(),
            family,
            user_id,
            token_hash: token.hash(),
            created_at: now,
            expires_at: now.after(REFRESH_LIFE),
            used_at: None,
            revoked: false,
        };
        Ok((session, token))
    }

    pub fn user_id(&self) -> UserId {
        self.user_id
    }

    pub fn family(&self) -> FamilyId {
        self.family
    }

    pub fn standing(&self, now: Moment) -> Standing {
        if self.revoked || self.expires_at <= now {
            return Standing::Over;
        }
        match self.used_at {
            None => Standing::Good,
            Some(used) if now <= used.after(RACE) => Standing::Raced,
            Some(_) => Standing::Stolen,
        }
    }

    /// Exchanges this session for the next; conflicts unless its token is still valid when the transaction commits.
    pub fn rotate(&self, next: &Self, now: Moment) -> Transaction {
        let good = Filter::And(vec![
            Filter::id(self.id),
            Filter::Eq(path("tokenHash"), (&self.token_hash).into()),
            Filter::Exists(path("usedAt"), false),
            Filter::Eq(path("revoked"), false.into()),
            Filter::Gt(path("expiresAt"), now.into()),
        ]);
        let used = Update(vec![Change::set(path("usedAt"), now)]);
        Transaction::new().update(SESSIONS, good, used, Expect::Exactly(1)).insert(SESSIONS, next)
    }

    /// Ends every session of the family. It conflicts with a concurrent rotation on the session that is still valid, so that
    /// one of the two sees the other.
    pub fn revoke_family(&self) -> Transaction {
        let family = Filter::Eq(path("family"), self.family.into());
        let revoked = Update(vec![Change::set(path("revoked"), true)]);
        Transaction::new().update(SESSIONS, family, revoked, Expect::Any)
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened() -> (Session, RefreshToken, Moment) {
        let now = Moment::from_millis(1_800_000_000_000);
        let (session, token) = Session::open(UserId::new(), now).unwrap();
        (session, token, now)
    }

    #[test]
    fn a_session_is_stored_with_a_hash_and_unused() {
        let (session, token, _) = opened();
        let stored: bson::Document =
            bson::deserialize_from_slice(&bson::serialize_to_vec(&session).unwrap()).unwrap();
        assert!(!stored.to_string().contains(token.reveal()));
        assert!(!stored.contains_key("usedAt"));
        assert!(matches!(stored.get("expiresAt"), Some(bson::Bson::DateTime(_))));
        assert_eq!(format!("{token:?}"), "RefreshToken(..)");
        assert_eq!(RefreshToken::parse(token.reveal()), Some(token));
    }

    #[test]
    fn a_token_is_valid_once() {
        let (mut session, _, now) = opened();
        assert_eq!(session.standing(now), Standing::Good);
        session.used_at = Some(now);
        assert_eq!(session.standing(now.after(RACE)), Standing::Raced);
        assert_eq!(session.standing(now.after(RACE + Duration::from_millis(1))), Standing::Stolen);
    }

    #[test]
    fn a_session_ends_with_its_time_or_its_family() {
        let (mut session, _, now) = opened();
        assert_eq!(session.standing(now.after(REFRESH_LIFE)), Standing::Over);
        session.revoked = true;
        assert_eq!(session.standing(now), Standing::Over);
        session.used_at = Some(now);
        assert_eq!(session.standing(now.after(RACE * 2)), Standing::Over);
    }

    #[test]
    fn the_next_session_is_of_the_same_family_under_another_token() {
        let (session, token, now) = opened();
        let (next, next_token) = session.successor(now).unwrap();
        assert_eq!((next.family, next.user_id), (session.family, session.user_id));
        assert_ne!(next_token, token);
        assert_ne!(next.id, session.id);
    }

    #[test]
    fn text_that_can_not_be_a_token_is_refused() {
        for bad in ["", "abc", &"a".repeat(44), &"é".repeat(21), &format!("{}=", "a".repeat(42))] {
            assert_eq!(RefreshToken::parse(bad), None, "{bad:?} was accepted");
        }
    }
}
