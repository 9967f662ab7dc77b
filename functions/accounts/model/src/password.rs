use std::fmt;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Argon2, PasswordHash as Phc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::{EmailAddress, Fault, FieldCode, FieldFault, random_bytes};

use crate::common_passwords::is_common;

/// A password as somebody typed it. Nothing prints it.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = Password)]
pub struct Plaintext(String);

/// A password that is strong enough for an account: 12 to 128 characters, not one that attackers try first, and without the
/// account's own name. Nothing prints it.
#[derive(Clone)]
pub struct Password(String);

/// Why a password is too weak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    #[error("must be 12 to 128 characters")]
    Length,
    #[error("is one of the passwords that attackers try first")]
    Common,
    /// Contains the part of the account's address before the @.
    #[error("must not contain your e-mail address")]
    OwnName,
}

/// Argon2id of a password, in PHC format. Nothing prints it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

const MIN_CHARACTERS: usize = 12;
const MAX_CHARACTERS: usize = 128;
/// Shorter names occur in passwords by chance.
const MIN_NAME_BYTES: usize = 4;
const SALT_BYTES: usize = 16;

/// The hash to verify against where there is no account, so that both answers cost the same. No password is known to match
/// it: the digest was drawn at random.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2V2ZW50ZWVuIGdlZXNlIQ$4WjT0wYtqVvPzv3Jm0uXb0R2x8kZ6k1o9fCqf7sXh2E";

impl From<WeakPassword> for FieldFault {
    fn from(weak: WeakPassword) -> Self {
        let code = match weak {
            WeakPassword::Length => return Self::length(MIN_CHARACTERS, MAX_CHARACTERS),
            WeakPassword::Common => FieldCode::CommonPassword,
            WeakPassword::OwnName => FieldCode::PasswordHasEmail,
        };
        Self::with_message(code, weak.to_string())
    }
}

impl Plaintext {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl Password {
    /// Accepts a password that is strong enough for the account of this address.
    pub fn choose(typed: &Plaintext, email: Option<&EmailAddress>) -> Result<Self, WeakPassword> {
        let length = typed.0.chars().count();
        if !(MIN_CHARACTERS..=MAX_CHARACTERS).contains(&length) {
            return Err(WeakPassword::Length);
        }
        let lower = typed.0.to_lowercase();
        if is_common(&lower) {
            return Err(WeakPassword::Common);
        }
        let name = email.and_then(|email| email.as_str().split('@').next()).unwrap_or_default();
        if name.len() >= MIN_NAME_BYTES && lower.contains(name) {
            return Err(WeakPassword::OwnName);
        }
        Ok(Self(typed.0.clone()))
    }

    /// Hashes with a random salt: Argon2id, 19 MiB, 2 passes; tens of milliseconds of work.
    pub fn hash(&self) -> Result<PasswordHash, Fault> {
        let fault = |error: argon2::password_hash::Error| Fault::internal(format!("hashing: {error}"));
        let salt = SaltString::encode_b64(&random_bytes::<SALT_BYTES>()?).map_err(fault)?;
        let hash = Argon2::default().hash_password(self.0.as_bytes(), &salt).map_err(fault)?;
        Ok(PasswordHash(hash.to_string()))
    }
}

impl PasswordHash {
    /// Whether this is the account's password; without an account it never is, after the same work.
    pub fn verify(account: Option<&Self>, typed: &Plaintext) -> bool {
        let phc = account.map_or(NOBODY, |hash| hash.0.as_str());
        let matches = Phc::new(phc)
            .and_then(|hash| Argon2::default().verify_password(typed.0.as_bytes(), &hash))
            .is_ok();
        matches && account.is_some()
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plaintext(..)")
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = "correct horse battery";

    fn choose(text: &str) -> Result<Password, WeakPassword> {
        Password::choose(&Plaintext::new(text), Some(&"Lovelace@example.com".parse().unwrap()))
    }

    #[test]
    fn a_password_is_checked_against_its_hash() {
        let hash = choose(GOOD).unwrap().hash().unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(PasswordHash::verify(Some(&hash), &Plaintext::new(GOOD)));
        assert!(!PasswordHash::verify(Some(&hash), &Plaintext::new("correct horse batterY")));
        assert_ne!(choose(GOOD).unwrap().hash().unwrap(), hash, "two hashes share a salt");
    }

    #[test]
    fn without_an_account_the_same_work_is_done_and_nothing_matches() {
        let nobody = Phc::new(NOBODY).unwrap();
        let somebody = choose(GOOD).unwrap().hash().unwrap();
        let somebody = Phc::new(&somebody.0).unwrap();
        assert_eq!(nobody.algorithm, somebody.algorithm);
        assert_eq!(nobody.version, somebody.version);
        assert_eq!(nobody.params.to_string(), somebody.params.to_string());
        assert_eq!(nobody.hash.unwrap().len(), somebody.hash.unwrap().len());
        assert!(!PasswordHash::verify(None, &Plaintext::new(GOOD)));
    }

    #[test]
    fn weak_passwords_are_refused() {
        assert_eq!(choose("short").unwrap_err(), WeakPassword::Length);
        assert_eq!(choose(&"x1".repeat(65)).unwrap_err(), WeakPassword::Length);
        assert_eq!(choose("Password1234").unwrap_err(), WeakPassword::Common);
        assert_eq!(choose("aaaaaaaaaaaaaaa").unwrap_err(), WeakPassword::Common);
        assert_eq!(choose("i am LOVELACE 1815").unwrap_err(), WeakPassword::OwnName);
        assert!(choose("élève de français").is_ok());
    }

    #[test]
    fn no_password_prints() {
        let chosen = choose(GOOD).unwrap();
        let shown = format!("{:?} {:?} {:?}", Plaintext::new(GOOD), chosen, chosen.hash().unwrap());
        assert_eq!(shown, "Plaintext(..) Password(..) PasswordHash(..)");
    }

    proptest! {
        #[test]
        fn length_is_counted_in_characters(text in "\\PC{0,140}") {
            let length = text.chars().count();
            let refused = choose(&text).err() == Some(WeakPassword::Length);
            prop_assert_eq!(refused, !(12..=128).contains(&length));
        }
    }
}
