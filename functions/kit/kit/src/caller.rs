use std::marker::PhantomData;
use std::sync::OnceLock;

use axum::extract::FromRequestParts;
use contracts::identity::{Claims, Right};
use contracts::ids::UserId;
use contracts::orders::Asker;
use http::request::Parts;
use http::{HeaderMap, header};
use values::{Refusal, Secret};

use crate::host::Compiled;
use crate::problem::Rejection;
use crate::token::access_claims;
use crate::variable::variable_once;

/// Whoever sends the request: anonymous, or signed in. An invalid token is refused, not ignored.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Showed no token.
    Anonymous,
    /// Showed a valid token.
    SignedIn(Box<Claims>),
}

/// A caller who is signed in; anybody else is refused.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Box<Claims>);

/// A caller who is signed in and has the permission `R`; anybody else is refused.
#[derive(Clone, Debug)]
pub struct Permitted<R> {
    /// Who it is.
    pub claims: Box<Claims>,
    right: PhantomData<fn() -> R>,
}

/// Another function of the shop, which shows this component's variable `service_token`; anybody else is refused.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour;

/// The bridge, which shows this component's variable `bridge_token`; anybody else is refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FromBridge;

/// Whoever asks for an order: signed in, or with the access token of a guest's order in `X-Order-Token`, or neither.
#[derive(Clone)]
pub struct OrderAsker(pub Asker);

/// Why a caller is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Refusal)]
pub(crate) enum Unknown {
    /// The access token is missing, invalid or expired.
    #[error("{}", .0.0)]
    #[refusal(Unauthorized)]
    Unauthenticated(Reason),
}

/// A known caller lacks the permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Refusal)]
pub(crate) enum Forbidden {
    /// The caller lacks the permission.
    #[error("You are not allowed to do this.")]
    #[refusal(Forbidden)]
    NotGranted,
}

/// What an unknown caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reason(&'static str);

impl values::Particulars for Reason {
    fn add_to(self, _: &mut values::Refused) {}
}

impl Unknown {
    pub(crate) const fn new(reason: &'static str) -> Self {
        Self::Unauthenticated(Reason(reason))
    }
}

impl Caller {
    /// The claims of a caller who is signed in.
    #[must_use]
    pub fn claims(&self) -> Option<&Claims> {
        match self {
            Self::Anonymous => None,
            Self::SignedIn(claims) => Some(claims),
        }
    }

    /// The id of a caller who is signed in.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        self.claims().map(|claims| claims.sub)
    }

    /// A name for the caller, in whose scope the caller's idempotency keys are unique. All anonymous callers share one; what
    /// keeps them apart is that a key can't be guessed, and that only the same body gets the earlier answer.
    #[must_use]
    pub fn scope(&self) -> String {
        self.user_id().map_or_else(|| "guest".to_owned(), |user| format!("user:{user}"))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        caller(&parts.headers).await
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        match caller(&parts.headers).await? {
            Caller::SignedIn(claims) => Ok(Self(claims)),
            Caller::Anonymous => Err(Rejection::refuse(Unknown::new("Please sign in."))),
        }
    }
}

impl<S: Sync, R: Right> FromRequestParts<S> for Permitted<R> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let SignedIn(claims) = SignedIn::from_request_parts(parts, state).await?;
        if claims.permissions.contains(&R::PERMISSION) {
            Ok(Self { claims, right: PhantomData })
        } else {
            Err(Rejection::refuse(Forbidden::NotGranted))
        }
    }
}

impl<S: Sync> FromRequestParts<S> for OrderAsker {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let shown = parts.headers.get("x-order-token").and_then(|value| value.to_str().ok());
        let access_token = shown.map(ToOwned::to_owned);
        Ok(Self(Asker { access_token, user_id: caller(&parts.headers).await?.user_id() }))
    }
}

impl<S: Sync> FromRequestParts<S> for Neighbour {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        static TOKEN: OnceLock<Secret> = OnceLock::new();
        require_token(&parts.headers, variable_once(&TOKEN, "service_token").await?)?;
        Ok(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for FromBridge {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        static TOKEN: OnceLock<Secret> = OnceLock::new();
        require_token(&parts.headers, variable_once(&TOKEN, "bridge_token").await?)?;
        Ok(Self)
    }
}

fn caller(headers: &HeaderMap) -> Compiled<'_, Result<Caller, Rejection>> {
    Box::pin(async move {
        match bearer(headers)? {
            None => Ok(Caller::Anonymous),
            Some(token) => {
                let invalid = || Unknown::new("The access token is not valid or has expired.");
                let claims = access_claims(token).await?.ok_or_else(|| Rejection::refuse(invalid()))?;
                Ok(Caller::SignedIn(Box::new(claims)))
            }
        }
    })
}

fn require_token(headers: &HeaderMap, expected: &Secret) -> Result<(), Rejection> {
    match bearer(headers)? {
        Some(token) if expected.is(token) => Ok(()),
        _ => Err(Rejection::refuse(Unknown::new("This is for the shop's own functions."))),
    }
}

/// The token of an `Authorization: Bearer` header, if there is such a header.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Rejection> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let refused = || Rejection::refuse(Unknown::new("The Authorization header must be one Bearer token."));
    if values.next().is_some() {
        return Err(refused());
    }
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(refused)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Some(token.trim())) } else { Err(refused()) }
}
