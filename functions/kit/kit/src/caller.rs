use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Id, Problem, access_claims};

/// Who issues and who takes access tokens.
pub const ISSUER: &str = "mcommerce";

/// A kind of user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Buys.
    Customer,
    /// Runs the shop.
    Admin,
}

/// What a back-office user may do; the names stand in tokens and roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Permission {
    /// Add products and variants.
    #[serde(rename = "create:product")]
    CreateProduct,
    /// Change products and pictures.
    #[serde(rename = "update:product")]
    UpdateProduct,
    /// Take products off.
    #[serde(rename = "delete:product")]
    DeleteProduct,
    /// Count stock in or out.
    #[serde(rename = "adjust:stock")]
    AdjustStock,
    /// Add categories.
    #[serde(rename = "create:category")]
    CreateCategory,
    /// Change categories.
    #[serde(rename = "update:category")]
    UpdateCategory,
    /// Take categories off.
    #[serde(rename = "delete:category")]
    DeleteCategory,
    /// See everybody's orders.
    #[serde(rename = "read:order")]
    ReadOrder,
    /// Move orders on, cancel them.
    #[serde(rename = "write:order")]
    WriteOrder,
    /// Give money back.
    #[serde(rename = "refund:payment")]
    RefundPayment,
    /// See users.
    #[serde(rename = "read:user")]
    ReadUser,
    /// Change users.
    #[serde(rename = "write:user")]
    WriteUser,
    /// Remove users.
    #[serde(rename = "delete:user")]
    DeleteUser,
    /// See roles.
    #[serde(rename = "read:role")]
    ReadRole,
    /// Change roles.
    #[serde(rename = "write:role")]
    WriteRole,
}

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Claims {
    /// Always `mcommerce`.
    pub iss: String,
    /// Always `mcommerce`.
    pub aud: String,
    /// The user's id.
    pub sub: UserId,
    /// The user's name as it is shown.
    pub name: String,
    /// Where mails go.
    pub email: String,
    /// The user's role.
    pub role: Role,
    /// What the user may do.
    pub permissions: Vec<Permission>,
    /// When it was issued, seconds since 1970.
    pub iat: i64,
    /// When it ends, seconds since 1970.
    pub exp: i64,
}

/// What a user id is the id of.
#[derive(Debug)]
pub enum Account {}

/// The id of a user.
pub type UserId = Id<Account>;

/// Whoever asks: nobody known, or somebody signed in. A token that is not valid is refused, not ignored.
#[derive(Clone, Debug)]
pub enum Caller {
    /// No token was shown.
    Anonymous,
    /// A valid token was shown.
    SignedIn(Box<Claims>),
}

/// Somebody signed in; nobody else gets past.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Box<Claims>);

impl Caller {
    /// The claims of somebody signed in.
    #[must_use]
    pub fn claims(&self) -> Option<&Claims> {
        match self {
            Self::Anonymous => None,
            Self::SignedIn(claims) => Some(claims),
        }
    }
}

impl SignedIn {
    /// Lets only those pass who may do this.
    pub fn require(&self, permission: Permission) -> Result<(), Problem> {
        if self.0.permissions.contains(&permission) { Ok(()) } else { Err(Problem::not_granted()) }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match bearer(&parts.headers)? {
            None => Ok(Self::Anonymous),
            Some(token) => Ok(Self::SignedIn(Box::new(access_claims(token).await?))),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Caller::from_request_parts(parts, state).await? {
            Caller::SignedIn(claims) => Ok(Self(claims)),
            Caller::Anonymous => Err(Problem::unauthenticated("Please sign in.")),
        }
    }
}

/// The token of an `Authorization: Bearer` header, if there is such a header.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let refused = || Problem::unauthenticated("The Authorization header must be a Bearer token.");
    if values.next().is_some() {
        return Err(refused());
    }
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(refused)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Some(token.trim())) } else { Err(refused()) }
}
