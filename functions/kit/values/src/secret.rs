use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A secret: never empty, never printed, and compared in constant time.
#[derive(Clone)]
pub struct Secret(Box<str>);

/// A secret without a visible character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret must not be empty")]
pub struct EmptySecret;

/// The system has no random bytes to give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no randomness: {0}")]
pub struct NoRandomness(getrandom::Error);

impl Secret {
    /// Wraps a text that is not blank.
    pub fn parse(text: impl Into<Box<str>>) -> Result<Self, EmptySecret> {
        let text = text.into();
        if text.trim().is_empty() { Err(EmptySecret) } else { Ok(Self(text)) }
    }

    /// 256 random bits, base64url.
    pub fn random() -> Result<Self, NoRandomness> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random_bytes::<32>()?).into()))
    }

    /// Whether this text is the secret.
    #[must_use]
    pub fn is(&self, shown: &str) -> bool {
        Sha256::digest(self.0.as_bytes()).ct_eq(&Sha256::digest(shown)).into()
    }

    /// HMAC-SHA256 of the parts under this secret, base64url. Each part's length is mixed in, so that bytes can't move from
    /// one part to the next.
    #[must_use]
    pub fn digest(&self, parts: &[&[u8]]) -> Self {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(self.0.as_bytes())
            .expect("an HMAC key may have any length");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Self(URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()).into())
    }

    /// The secret itself, for its recipient.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// `N` random bytes, fit for secrets.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::parse(text).unwrap()
    }

    #[test]
    fn no_secret_is_empty_or_blank() {
        for none in ["", " ", "\n\t"] {
            assert_eq!(Secret::parse(none).unwrap_err(), EmptySecret);
        }
    }

    #[test]
    fn bytes_can_not_move_from_one_part_to_the_next() {
        let digest = |key: &str, parts: &[&[u8]]| secret(key).digest(parts).expose().to_owned();
        assert_ne!(digest("k", &[b"ab", b"c"]), digest("k", &[b"a", b"bc"]));
        assert_ne!(digest("k", &[b"ab"]), digest("l", &[b"ab"]));
        assert_eq!(digest("k", &[b"ab"]), digest("k", &[b"ab"]));
    }

    #[test]
    fn a_secret_is_compared_whole_and_does_not_print() {
        assert!(secret("abc").is("abc"));
        assert!(!secret("abc").is("abcd"));
        assert!(!secret("abc").is(""));
        assert!(!format!("{:?}", secret("abc")).contains("abc"));
    }
}
