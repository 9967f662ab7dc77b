use axum::extract::FromRequestParts;
use http::request::Parts;
use values::{FieldCode, FieldError, FieldFault, Idempotency, Refusal};

use crate::problem::Rejection;

/// The `Idempotency-Key` header: 8 to 64 visible ASCII characters that name one attempt of one client.
/// <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// The header is missing or invalid.
#[derive(Clone, Debug, thiserror::Error, Refusal)]
pub(crate) enum NoKey {
    /// There is no valid Idempotency-Key.
    #[error("An Idempotency-Key header of 8 to 64 visible characters is required.")]
    #[refusal(BadRequest, code = "malformed")]
    NoKey(Vec<FieldError>),
}

impl IdempotencyKey {
    /// The name of the header.
    pub const HEADER: &str = "Idempotency-Key";

    fn parse(text: &str) -> Option<Self> {
        let valid = (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        valid.then(|| Self(text.to_owned()))
    }

    /// The key in a scope, which says who asks for what, and the fingerprint of the request's body.
    #[must_use]
    pub fn with_body(&self, scope: &str, fingerprint: String) -> Idempotency {
        Idempotency { key: format!("{scope}:{}", self.0), fingerprint }
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let shown = parts.headers.get(Self::HEADER).and_then(|value| value.to_str().ok());
        shown.and_then(Self::parse).ok_or_else(|| {
            let fault = FieldFault::new(FieldCode::Format, "must be 8 to 64 visible characters");
            Rejection::refuse(NoKey::NoKey(vec![fault.at(Self::HEADER)]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_8_to_64_visible_characters() {
        assert!(IdempotencyKey::parse("12345678").is_some());
        for bad in ["1234567", "1234 5678", "12345678\n", "éééééééé", &"x".repeat(65)] {
            assert!(IdempotencyKey::parse(bad).is_none(), "{bad:?} was accepted");
        }
    }
}
