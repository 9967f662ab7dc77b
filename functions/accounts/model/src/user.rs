use kit::{Collection, EmailAddress, Limited, Locale, Moment, Permission, Role, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{PasswordHash, Registration};

/// Who has an account.
pub const USERS: Collection<User> = Collection::new("users");
kit::document!(User);

/// How a user wants to be called: 1 to 100 characters, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 100, example = "Ada Lovelace")]
pub struct DisplayName(String);

/// A user as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The user's id.
    #[serde(rename = "_id")]
    pub id: UserId,
    /// Where mails go, and what the user signs in with; no two users share one.
    pub email: EmailAddress,
    /// How the user is called.
    pub name: DisplayName,
    /// What the user's password is checked against.
    pub password_hash: PasswordHash,
    /// What kind of user this is.
    pub role: Role,
    /// What the user may do in the back office.
    pub permissions: Vec<Permission>,
    /// The language of mails.
    pub locale: Locale,
    /// Whether the address was shown to be the user's.
    pub email_verified: bool,
    /// When the account was opened.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
    /// How often it was changed, from 1.
    pub version: i64,
}

/// A user as the user's own client sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub struct UserView {
    /// The user's id.
    pub id: UserId,
    /// Where mails go.
    pub email: EmailAddress,
    /// How the user is called.
    pub name: DisplayName,
    /// What kind of user this is.
    pub role: Role,
    /// What the user may do in the back office.
    pub permissions: Vec<Permission>,
    /// The language of mails.
    pub locale: Locale,
    /// When the account was opened.
    pub created_at: Moment,
}

/// What the event `user.created` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserCreated {
    /// Who.
    pub user_id: UserId,
    /// Where mails go.
    pub email: EmailAddress,
    /// How the user is called.
    pub name: DisplayName,
    /// The language of mails.
    pub locale: Locale,
}

impl DisplayName {
    /// Parses a name.
    pub fn parse(text: &str) -> Result<Self, String> {
        Limited { min: 1, max: 100 }.parse(text).map(Self)
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl User {
    /// A new customer.
    #[must_use]
    pub fn register(registration: Registration, password_hash: PasswordHash, now: Moment) -> Self {
        Self {
            id: UserId::new(),
            email: registration.email,
            name: registration.name,
            password_hash,
            role: Role::Customer,
            permissions: Vec::new(),
            locale: registration.locale,
            email_verified: false,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// What `user.created` says of this user.
    #[must_use]
    pub fn created(&self) -> UserCreated {
        UserCreated {
            user_id: self.id,
            email: self.email.clone(),
            name: self.name.clone(),
            locale: self.locale,
        }
    }
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email,
            name: user.name,
            role: user.role,
            permissions: user.permissions,
            locale: user.locale,
            created_at: user.created_at,
        }
    }
}
