//! Who signs in, as access tokens say it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::Id;

/// The issuer and the audience of access tokens.
pub const ISSUER: &str = "mcommerce";

/// What a [`UserId`] is the id of.
#[derive(Debug)]
pub enum Account {}

/// The id of a user.
pub type UserId = Id<Account>;

/// A kind of user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Shops.
    Customer,
    /// Runs the shop.
    Admin,
}

/// What a back-office user may do. The names stand in tokens and roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Permission {
    /// Add products and variants.
    #[serde(rename = "create:product")]
    CreateProduct,
    /// Change products and images.
    #[serde(rename = "update:product")]
    UpdateProduct,
    /// Take products off sale.
    #[serde(rename = "delete:product")]
    DeleteProduct,
    /// Correct stock.
    #[serde(rename = "adjust:stock")]
    AdjustStock,
    /// Add categories.
    #[serde(rename = "create:category")]
    CreateCategory,
    /// Change categories.
    #[serde(rename = "update:category")]
    UpdateCategory,
    /// Remove categories.
    #[serde(rename = "delete:category")]
    DeleteCategory,
    /// See everybody's orders.
    #[serde(rename = "read:order")]
    ReadOrder,
    /// Change the status of orders, and cancel them.
    #[serde(rename = "write:order")]
    WriteOrder,
    /// Refund payments.
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

/// The claims of an access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Claims {
    /// Always `mcommerce`.
    pub iss: String,
    /// Always `mcommerce`.
    pub aud: String,
    /// The user's id.
    pub sub: UserId,
    /// The user's display name.
    pub name: String,
    /// The user's e-mail address.
    pub email: String,
    /// The user's role.
    pub role: Role,
    /// What the user may do in the back office.
    pub permissions: Vec<Permission>,
    /// When the token was issued, in seconds since 1970.
    pub iat: i64,
    /// When the token expires, in seconds since 1970.
    pub exp: i64,
}
