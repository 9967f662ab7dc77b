//! Access tokens are checked here. Only the accounts' functions sign them.

use std::fmt;
use std::sync::OnceLock;

use contracts::identity::{Claims, ISSUER};
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use p256::PublicKey;
use p256::ecdsa::signature::{self, Verifier};
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey as _;
use values::{Fault, Variable};

use crate::host::Compiled;
use crate::variable::variable_once;

/// The public key that verifies access tokens.
struct TokenKey(DecodingKey);

/// A text that is not a P-256 public key in PEM (SPKI).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a P-256 public key in PEM")]
struct InvalidTokenKey;

impl TokenKey {
    fn from_pem(pem: &str) -> Result<Self, InvalidTokenKey> {
        let key = PublicKey::from_public_key_pem(pem).map_err(|_| InvalidTokenKey)?;
        // Fails when it is installed already.
        let _ = VERIFYING.install_default();
        Ok(Self(DecodingKey::from_ec_der(&key.to_sec1_bytes())))
    }
}

impl Variable for TokenKey {
    fn parse(text: String) -> Result<Self, impl fmt::Display> {
        Self::from_pem(&text)
    }
}

/// The claims of an access token; `None` unless its ES256 signature, issuer, audience and time are valid.
fn verify(token: &str, key: &TokenKey) -> Option<Claims> {
    const MAX_TOKEN_BYTES: usize = 4096;
    const CLOCK_SKEW_SECONDS: u64 = 5;
    if token.len() > MAX_TOKEN_BYTES {
        return None;
    }
    let mut validation = Validation::new(Algorithm::ES256);
    validation.leeway = CLOCK_SKEW_SECONDS;
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    jsonwebtoken::decode::<Claims>(token, &key.0, &validation).ok().map(|data| data.claims)
}

/// The claims of an access token, checked with the key in the variable `jwt_public_key`; `None` if the token is not valid.
pub fn access_claims(token: &str) -> Compiled<'_, Result<Option<Claims>, Fault>> {
    static KEY: OnceLock<TokenKey> = OnceLock::new();
    Box::pin(async move { Ok(verify(token, variable_once(&KEY, "jwt_public_key").await?)) })
}

/// Verifies ES256 and does nothing else: every algorithm that `jsonwebtoken` brings along would end up in each component that
/// looks at a token.
static VERIFYING: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(Error::from(ErrorKind::InvalidAlgorithm)),
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::ES256 => Ok(Box::new(Es256::from_key(key)?)),
        _ => Err(Error::from(ErrorKind::InvalidAlgorithm)),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct Es256(VerifyingKey);

impl Es256 {
    fn from_key(key: &DecodingKey) -> Result<Self, Error> {
        let point = key.try_get_as_bytes()?;
        VerifyingKey::from_sec1_bytes(point).map(Self).map_err(|_| Error::from(ErrorKind::InvalidEcdsaKey))
    }
}

impl Verifier<Vec<u8>> for Es256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        self.0.verify(message, &Signature::from_slice(signature)?)
    }
}

impl JwtVerifier for Es256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::ES256
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer as _;
    use p256::pkcs8::{EncodePublicKey as _, LineEnding};
    use serde_json::{Value, json};
    use values::{Id, Moment};

    fn key() -> SigningKey {
        SigningKey::from_slice(&values::random_bytes::<32>().unwrap()).unwrap()
    }

    fn public(key: &SigningKey) -> TokenKey {
        TokenKey::from_pem(&key.verifying_key().to_public_key_pem(LineEnding::LF).unwrap()).unwrap()
    }

    fn claims(seconds_left: i64) -> Value {
        let now = Moment::now().millis() / 1000;
        json!({
            "iss": ISSUER, "aud": ISSUER, "sub": Id::<()>::new(), "name": "Ada", "email": "ada@example.com",
            "role": "customer", "permissions": [], "iat": now, "exp": now + seconds_left,
        })
    }

    fn encode(part: &Value) -> String {
        URL_SAFE_NO_PAD.encode(part.to_string())
    }

    fn token(key: &SigningKey, claims: &Value) -> String {
        let signed = format!("{}.{}", encode(&json!({ "alg": "ES256", "typ": "JWT" })), encode(claims));
        let signature: Signature = key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    #[test]
    fn a_valid_token_has_claims() {
        let key = key();
        let claims = claims(900);
        let verified = verify(&token(&key, &claims), &public(&key)).unwrap();
        assert_eq!(serde_json::to_value(verified.sub).unwrap(), claims["sub"]);
    }

    #[test]
    fn expired_changed_and_foreign_tokens_are_refused() {
        let key = key();
        let good = token(&key, &claims(900));
        let mut foreign_issuer = claims(900);
        foreign_issuer["iss"] = "somebody".into();
        let mut admin = claims(900);
        admin["role"] = "admin".into();
        let parts: Vec<&str> = good.split('.').collect();
        let (changed, unsigned) = (encode(&admin), encode(&json!({ "alg": "none", "typ": "JWT" })));
        for bad in [
            token(&key, &claims(-100)),
            token(&key, &foreign_issuer),
            format!("{}.{changed}.{}", parts[0], parts[2]),
            format!("{unsigned}.{changed}."),
            "a".repeat(5000),
            String::new(),
        ] {
            assert!(verify(&bad, &public(&key)).is_none(), "{bad} was accepted");
        }
        assert!(verify(&good, &public(&self::key())).is_none());
    }
}
