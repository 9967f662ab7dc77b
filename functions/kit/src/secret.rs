use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Problem;

/// Whether two secrets are the same, in a time that does not depend on where they differ.
#[must_use]
pub fn same_secret(a: &str, b: &str) -> bool {
    Sha256::digest(a).ct_eq(&Sha256::digest(b)).into()
}

/// HMAC-SHA256 of parts under a key, base64url. Each part's length is mixed in, so parts can't be shifted into each other.
#[must_use]
pub fn keyed_digest(key: &str, parts: &[&[u8]]) -> String {
    let mut mac =
        <Hmac<Sha256> as Mac>::new_from_slice(key.as_bytes()).expect("an HMAC key may have any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// So many random bytes, fit for secrets.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|error| Problem::internal(format!("no randomness: {error}")))?;
    Ok(bytes)
}

/// 256 random bits, base64url.
pub fn random_secret() -> Result<String, Problem> {
    Ok(URL_SAFE_NO_PAD.encode(random_bytes::<32>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_can_not_be_shifted_into_each_other() {
        assert_ne!(keyed_digest("k", &[b"ab", b"c"]), keyed_digest("k", &[b"a", b"bc"]));
        assert_ne!(keyed_digest("k", &[b"ab"]), keyed_digest("l", &[b"ab"]));
        assert_eq!(keyed_digest("k", &[b"ab"]), keyed_digest("k", &[b"ab"]));
    }

    #[test]
    fn secrets_compare_whole() {
        assert!(same_secret("abc", "abc"));
        assert!(!same_secret("abc", "abcd"));
        assert!(!same_secret("", "a"));
    }
}
