use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{FieldError, Problem};

/// The `Idempotency-Key` header: 8 to 64 visible ASCII characters that name one attempt of one client.
/// <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Parses a key.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let good = (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        good.then(|| Self(text.to_owned()))
    }

    /// The key within a scope (who asks, for what): keys of two callers never meet.
    #[must_use]
    pub fn scoped(&self, scope: &str) -> String {
        format!("{scope}:{}", self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .headers
            .get("idempotency-key")
            .and_then(|value| value.to_str().ok())
            .and_then(Self::parse)
            .ok_or_else(|| {
                Problem::malformed("An Idempotency-Key header of 8 to 64 visible characters is needed.")
                    .with_fields(vec![FieldError::invalid(
                        "Idempotency-Key",
                        "must be 8 to 64 visible characters",
                    )])
            })
    }
}

/// What tells one body from another under the same key: the SHA-256 of its JSON, in hexadecimal.
/// Only for bodies without secrets; for those, key the digest ([`crate::Secret::digest`]).
pub fn fingerprint<T: Serialize>(body: &T) -> Result<String, Problem> {
    let json = serde_json::to_vec(body).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Sha256::digest(json).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_8_to_64_visible_characters() {
        assert!(IdempotencyKey::parse("12345678").is_some());
        for bad in ["1234567", "1234 5678", "12345678\n", "éééééééé", &"x".repeat(65)] {
            assert!(IdempotencyKey::parse(bad).is_none(), "{bad:?} was taken");
        }
    }
}
