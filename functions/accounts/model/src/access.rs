use std::fmt;

use contracts::identity::{Claims, ISSUER};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use p256::ecdsa::signature::{self, Signer};
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey as _;
use serde::Serialize;
use utoipa::ToSchema;
use values::{Fault, Moment, Variable};

use crate::public_key::Jwk;
use crate::{User, UserView};

/// How long an access token is valid.
pub const ACCESS_SECONDS: u32 = 15 * 60;

/// The key that signs access tokens. Nothing prints it.
pub struct AccessKey {
    key: EncodingKey,
    header: Header,
}

/// A text that is not a key of the required kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a P-256 key in PEM")]
pub struct InvalidKey;

/// Somebody who is signed in.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub struct SessionView {
    /// Goes into the header `Authorization: Bearer`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// How many seconds the access token is valid.
    expires_in: u32,
    user: UserView,
}

impl AccessKey {
    /// Parses a PEM file (PKCS#8).
    pub fn from_pem(pem: &str) -> Result<Self, InvalidKey> {
        let key = SigningKey::from_pkcs8_pem(pem).map_err(|_| InvalidKey)?;
        let jwk = Jwk::from_key(&key.verifying_key().into())?;
        let header = Header { kid: Some(jwk.kid().to_owned()), ..Header::new(Algorithm::ES256) };
        // Fails when it is installed already, by another key.
        let _ = SIGNING.install_default();
        Ok(Self { key: EncodingKey::from_ec_der(&key.to_bytes()), header })
    }

    /// Signs a user in.
    pub fn sign_in(&self, user: User, now: Moment) -> Result<SessionView, Fault> {
        let access_token = self.token(&user, now)?;
        Ok(SessionView { access_token, token_type: "Bearer", expires_in: ACCESS_SECONDS, user: user.into() })
    }

    fn token(&self, user: &User, now: Moment) -> Result<String, Fault> {
        let issued = now.millis().div_euclid(1000);
        let claims = Claims {
            iss: ISSUER.into(),
            aud: ISSUER.into(),
            sub: user.id,
            name: user.name.as_str().into(),
            email: user.email.as_str().into(),
            role: user.role,
            permissions: user.permissions.clone(),
            iat: issued,
            exp: issued.saturating_add(i64::from(ACCESS_SECONDS)),
        };
        jsonwebtoken::encode(&self.header, &claims, &self.key).map_err(Fault::internal)
    }
}

impl Variable for AccessKey {
    const IS_SECRET: bool = true;

    fn parse(text: String) -> Result<Self, impl fmt::Display> {
        Self::from_pem(&text)
    }
}

/// Signs with ES256 and does nothing else: every algorithm that `jsonwebtoken` brings along would end up in the component.
static SIGNING: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm {
        Algorithm::ES256 => Ok(Box::new(Es256::from_key(key)?)),
        _ => Err(Error::from(ErrorKind::InvalidAlgorithm)),
    },
    verifier_factory: |_, _| Err(Error::from(ErrorKind::InvalidAlgorithm)),
    key_utils: KeyUtils::new_unimplemented(),
};

struct Es256(SigningKey);

impl Es256 {
    fn from_key(key: &EncodingKey) -> Result<Self, Error> {
        SigningKey::from_slice(key.as_bytes()).map(Self).map_err(|_| Error::from(ErrorKind::InvalidEcdsaKey))
    }
}

impl Signer<Vec<u8>> for Es256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let signature: Signature = self.0.try_sign(message)?;
        Ok(signature.to_bytes().to_vec())
    }
}

impl JwtSigner for Es256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::ES256
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Jwks, Plaintext, Registration};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use contracts::identity::{Permission, Role};
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier as _;
    use p256::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
    use serde_json::Value;
    use values::Locale;

    fn key() -> p256::SecretKey {
        p256::SecretKey::from_slice(&values::random_bytes::<32>().unwrap()).unwrap()
    }

    fn user(now: Moment) -> User {
        let email: values::EmailAddress = "ada@example.com".parse().unwrap();
        let password = crate::Password::choose(&Plaintext::new("correct horse"), Some(&email)).unwrap();
        let hash = password.hash().unwrap();
        let name = "Ada".parse().unwrap();
        User::register(Registration { email, password, name, locale: Locale::En }, hash, now)
    }

    fn sign_in(key: &p256::SecretKey, user: User, now: Moment) -> SessionView {
        let private = key.to_pkcs8_pem(LineEnding::LF).unwrap();
        AccessKey::from_pem(&private).unwrap().sign_in(user, now).unwrap()
    }

    /// Header and claims of a token whose signature is valid.
    fn read(token: &str, key: &p256::SecretKey) -> (Value, Value) {
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
        let signature = Signature::from_slice(&decode(signature)).unwrap();
        VerifyingKey::from(key.public_key()).verify(signed.as_bytes(), &signature).unwrap();
        let json = |part: &str| serde_json::from_slice(&decode(part)).unwrap();
        (json(header), json(claims))
    }

    #[test]
    fn a_token_is_signed_and_says_who_may_do_what_for_15_minutes() {
        let (key, now) = (key(), Moment::now());
        let user = User { role: Role::Admin, permissions: vec![Permission::ReadOrder], ..user(now) };
        let view = sign_in(&key, user.clone(), now);
        let (header, claims) = read(&view.access_token, &key);
        assert_eq!((&header["alg"], &header["typ"]), (&"ES256".into(), &"JWT".into()));
        let claims: Claims = serde_json::from_value(claims).unwrap();
        assert_eq!((claims.sub, claims.role), (user.id, Role::Admin));
        assert_eq!(claims.permissions, [Permission::ReadOrder]);
        assert_eq!(claims.exp - claims.iat, 900);
        let json = serde_json::to_value(&view).unwrap();
        assert_eq!((&json["tokenType"], &json["expiresIn"]), (&"Bearer".into(), &900.into()));
        assert!(json["user"].get("passwordHash").is_none());
    }

    #[test]
    fn a_token_names_its_key_as_the_published_set_does() {
        let (key, now) = (key(), Moment::now());
        let public = key.public_key().to_public_key_pem(LineEnding::LF).unwrap();
        let (header, _) = read(&sign_in(&key, user(now), now).access_token, &key);
        let published = serde_json::to_value(Jwks::from_pem(&public).unwrap()).unwrap();
        assert_eq!(header["kid"], published["keys"][0]["kid"]);
        let mut jwk = published["keys"][0].clone();
        jwk.as_object_mut().unwrap().retain(|name, _| ["kty", "crv", "x", "y"].contains(&name.as_str()));
        let key = p256::PublicKey::from_jwk_str(&jwk.to_string()).unwrap();
        assert_eq!(key.to_public_key_pem(LineEnding::LF).unwrap(), public);
    }

    #[test]
    fn text_that_is_not_a_key_is_refused() {
        assert_eq!(AccessKey::from_pem("").unwrap_err(), InvalidKey);
        let broken = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----";
        assert_eq!(Jwks::from_pem(broken), Err(InvalidKey));
    }
}
