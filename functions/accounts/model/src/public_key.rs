use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::PublicKey;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::pkcs8::DecodePublicKey as _;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use values::Variable;

use crate::InvalidKey;

/// The keys that verify access tokens. <https://www.rfc-editor.org/rfc/rfc7517>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Jwks {
    keys: Vec<Jwk>,
}

/// A public key that verifies access tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Jwk {
    /// Always `EC`.
    kty: &'static str,
    /// Always `P-256`.
    crv: &'static str,
    /// The x coordinate, base64url.
    x: String,
    /// The y coordinate, base64url.
    y: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    usage: &'static str,
    /// Always `ES256`.
    alg: &'static str,
    /// How a token's header names this key: its thumbprint. <https://www.rfc-editor.org/rfc/rfc7638>
    kid: String,
}

impl Jwks {
    /// The set with the key of a PEM file (SPKI).
    pub fn from_pem(pem: &str) -> Result<Self, InvalidKey> {
        let key = PublicKey::from_public_key_pem(pem).map_err(|_| InvalidKey)?;
        Ok(Self { keys: vec![Jwk::from_key(&key)?] })
    }
}

impl Variable for Jwks {
    fn parse(text: String) -> Result<Self, impl std::fmt::Display> {
        Self::from_pem(&text)
    }
}

impl Jwk {
    pub(crate) fn from_key(key: &PublicKey) -> Result<Self, InvalidKey> {
        let point = key.to_encoded_point(false);
        let (x, y) = point.x().zip(point.y()).ok_or(InvalidKey)?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
        let kid = URL_SAFE_NO_PAD.encode(thumbprint);
        Ok(Self { kty: "EC", crv: "P-256", x, y, usage: "sig", alg: "ES256", kid })
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }
}
