//! Who signs in, as access tokens say it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::UserId;

/// The issuer and the audience of access tokens.
pub const ISSUER: &str = "mcommerce";

/// A kind of user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Shops.
    Customer,
    /// Runs the shop.
    Admin,
}

/// A permission as a type, so that an endpoint can ask for it in its signature.
pub trait Right: Send + Sync + 'static {
    /// The permission.
    const PERMISSION: Permission;
}

/// Defines each permission as a variant and as a type.
macro_rules! permissions {
    ($($(#[$doc:meta])* $permission:ident = $name:literal,)+) => {
        /// What a back-office user may do. The names stand in tokens and roles.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        pub enum Permission {
            $($(#[$doc])* #[serde(rename = $name)] $permission,)+
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &[Self] = &[$(Self::$permission),+];

            /// The name in tokens and roles.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$permission => $name,)+
                }
            }
        }

        /// The permissions as types.
        pub mod right {
            $(
                $(#[$doc])*
                #[derive(Clone, Copy, Debug)]
                pub enum $permission {}

                impl super::Right for $permission {
                    const PERMISSION: super::Permission = super::Permission::$permission;
                }
            )+
        }
    };
}

permissions! {
    /// Add products and variants.
    CreateProduct = "create:product",
    /// Change products and images.
    UpdateProduct = "update:product",
    /// Take products off sale.
    DeleteProduct = "delete:product",
    /// Correct stock.
    AdjustStock = "adjust:stock",
    /// Add categories.
    CreateCategory = "create:category",
    /// Change categories.
    UpdateCategory = "update:category",
    /// Remove categories.
    DeleteCategory = "delete:category",
    /// See everybody's orders.
    ReadOrder = "read:order",
    /// Change the status of orders, and cancel them.
    WriteOrder = "write:order",
    /// Refund payments.
    RefundPayment = "refund:payment",
    /// See users.
    ReadUser = "read:user",
    /// Change users.
    WriteUser = "write:user",
    /// Remove users.
    DeleteUser = "delete:user",
    /// See roles.
    ReadRole = "read:role",
    /// Change roles.
    WriteRole = "write:role",
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
