use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit::{Claims, ISSUER, Moment, Problem};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey as _;
use serde::Serialize;
use utoipa::ToSchema;

use crate::public_key::Jwk;
use crate::{User, UserView};

/// How long an access token is good for.
pub const ACCESS_SECONDS: u32 = 15 * 60;

/// The key that access tokens are signed with. It does not print.
pub struct AccessKey {
    key: SigningKey,
    header: String,
}

/// A text that is no key of the kind that is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a P-256 key in PEM")]
pub struct BadKey;

/// Somebody signed in.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub struct SessionView {
    /// What to show as `Authorization: Bearer`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// How many seconds the access token is good for.
    expires_in: u32,
    /// Who is signed in.
    user: UserView,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: &'a str,
}

impl AccessKey {
    /// The key of a PEM file (PKCS#8).
    pub fn from_pem(pem: &str) -> Result<Self, BadKey> {
        let key = SigningKey::from_pkcs8_pem(pem).map_err(|_| BadKey)?;
        let jwk = Jwk::of(&key.verifying_key().into())?;
        let header = Header { alg: "ES256", typ: "JWT", kid: jwk.kid() };
        let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header).map_err(|_| BadKey)?);
        Ok(Self { key, header })
    }

    /// A user who signs in now.
    pub fn sign_in(&self, user: User, now: Moment) -> Result<SessionView, Problem> {
        let access_token = self.token(&user, now)?;
        Ok(SessionView { access_token, token_type: "Bearer", expires_in: ACCESS_SECONDS, user: user.into() })
    }

    fn token(&self, user: &User, now: Moment) -> Result<String, Problem> {
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
        let claims = serde_json::to_vec(&claims).map_err(|error| Problem::internal(error.to_string()))?;
        let signed = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(claims));
        let signature: Signature = self
            .key
            .try_sign(signed.as_bytes())
            .map_err(|error| Problem::internal(format!("signing: {error}")))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())))
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
    use kit::{Locale, Permission, Role, TokenKey};
    use p256::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};

    /// A private and a public key in PEM.
    fn keys() -> (String, String) {
        let key = p256::SecretKey::from_slice(&kit::random_bytes::<32>().unwrap()).unwrap();
        let private = key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string();
        (private, key.public_key().to_public_key_pem(LineEnding::LF).unwrap())
    }

    fn user(now: Moment) -> User {
        let email: kit::EmailAddress = "ada@example.com".parse().unwrap();
        let password = crate::Password::choose(&Plaintext::new("correct horse"), Some(&email)).unwrap();
        let hash = password.hash().unwrap();
        let name = crate::DisplayName::parse("Ada").unwrap();
        User::register(Registration { email, password, name, locale: Locale::En }, hash, now)
    }

    #[test]
    fn what_is_issued_is_what_every_function_takes() {
        let (private, public) = keys();
        let now = Moment::now();
        let user = User { role: Role::Admin, permissions: vec![Permission::ReadOrder], ..user(now) };
        let view = AccessKey::from_pem(&private).unwrap().sign_in(user.clone(), now).unwrap();
        let key = TokenKey::from_pem(&public).unwrap();
        let claims = kit::verify(&view.access_token, &key).unwrap();
        assert_eq!((claims.sub, claims.role), (user.id, Role::Admin));
        assert_eq!(claims.permissions, [Permission::ReadOrder]);
        assert_eq!(claims.exp - claims.iat, 900);
        let json = serde_json::to_value(&view).unwrap();
        assert_eq!((&json["tokenType"], &json["expiresIn"]), (&"Bearer".into(), &900.into()));
        assert!(json["user"].get("passwordHash").is_none());
    }

    #[test]
    fn a_token_names_its_key_as_the_published_set_does() {
        let (private, public) = keys();
        let now = Moment::now();
        let view = AccessKey::from_pem(&private).unwrap().sign_in(user(now), now).unwrap();
        let header = jsonwebtoken::decode_header(&view.access_token).unwrap();
        let published = serde_json::to_value(Jwks::from_pem(&public).unwrap()).unwrap();
        assert_eq!(header.kid.as_deref(), published["keys"][0]["kid"].as_str());
        let mut jwk = published["keys"][0].clone();
        jwk.as_object_mut().unwrap().retain(|name, _| ["kty", "crv", "x", "y"].contains(&name.as_str()));
        let key = p256::PublicKey::from_jwk_str(&jwk.to_string()).unwrap();
        assert_eq!(key.to_public_key_pem(LineEnding::LF).unwrap(), public);
    }

    #[test]
    fn expired_changed_and_foreign_tokens_are_refused() {
        let (private, public) = keys();
        let key = TokenKey::from_pem(&public).unwrap();
        let signer = AccessKey::from_pem(&private).unwrap();
        let old = Moment::from_millis(Moment::now().millis() - 1_000_000);
        let expired = signer.sign_in(user(old), old).unwrap().access_token;
        assert!(kit::verify(&expired, &key).is_err());

        let now = Moment::now();
        let good = signer.sign_in(user(now), now).unwrap().access_token;
        assert!(kit::verify(&good, &key).is_ok());
        let mut parts: Vec<String> = good.split('.').map(str::to_owned).collect();
        parts[1] = URL_SAFE_NO_PAD.encode(
            String::from_utf8(URL_SAFE_NO_PAD.decode(&parts[1]).unwrap())
                .unwrap()
                .replace("customer", "admin"),
        );
        assert!(kit::verify(&parts.join("."), &key).is_err());
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        assert!(kit::verify(&format!("{none}.{}.", parts[1]), &key).is_err());
        let (_, other) = keys();
        assert!(kit::verify(&good, &TokenKey::from_pem(&other).unwrap()).is_err());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert_eq!(AccessKey::from_pem("").unwrap_err(), BadKey);
        assert_eq!(Jwks::from_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"), Err(BadKey));
    }
}
