//! Access tokens: checking them. Signing them is for the accounts' functions alone.

use std::fmt;
use std::sync::OnceLock;

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use p256::PublicKey;
use p256::ecdsa::signature::{self, Verifier};
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey as _;

use crate::{Claims, Compiled, ISSUER, Problem, parsed_variable};

/// The public key that access tokens are checked with.
pub struct TokenKey(DecodingKey);

/// A text that is no P-256 public key in PEM (SPKI).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a P-256 public key in PEM")]
pub struct NoTokenKey;

impl TokenKey {
    /// The key of a PEM file (SPKI).
    pub fn from_pem(pem: &str) -> Result<Self, NoTokenKey> {
        let key = PublicKey::from_public_key_pem(pem).map_err(|_| NoTokenKey)?;
        // Whoever came first in this process knows ES256 as well.
        let _ = PROVIDER.install_default();
        Ok(Self(DecodingKey::from_ec_der(&key.to_sec1_bytes())))
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

/// The claims of an access token, if its ES256 signature, issuer, audience and time are good.
pub fn verify(token: &str, key: &TokenKey) -> Result<Claims, Problem> {
    const MAX_TOKEN_BYTES: usize = 4096;
    let refused = || Problem::unauthenticated("The access token is not valid or has expired.");
    if token.len() > MAX_TOKEN_BYTES {
        return Err(refused());
    }
    let mut validation = Validation::new(Algorithm::ES256);
    validation.leeway = 5;
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    jsonwebtoken::decode::<Claims>(token, &key.0, &validation).map(|data| data.claims).map_err(|_| refused())
}

/// The claims of an access token, checked with the key in the variable `jwt_public_key`, which is read once an instance.
pub fn access_claims(token: &str) -> Compiled<'_, Result<Claims, Problem>> {
    static KEY: OnceLock<TokenKey> = OnceLock::new();
    Box::pin(async move { verify(token, parsed_variable(&KEY, "jwt_public_key", TokenKey::from_pem).await?) })
}

/// ES256 and nothing else: every algorithm that `jsonwebtoken` brings would be in each component that looks at a token.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(Error::from(ErrorKind::InvalidAlgorithm)),
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::ES256 => Ok(Box::new(Es256::of(key)?)),
        _ => Err(Error::from(ErrorKind::InvalidAlgorithm)),
    },
    key_utils: KeyUtils::new_unimplemented(),
};

struct Es256(VerifyingKey);

impl Es256 {
    fn of(key: &DecodingKey) -> Result<Self, Error> {
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
