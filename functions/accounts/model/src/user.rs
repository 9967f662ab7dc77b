use contracts::accounts::UserCreated;
use contracts::identity::{Permission, Role};
use contracts::ids::UserId;
use protocol::Collection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::{EmailAddress, FieldFault, Limited, Locale, Moment};

use crate::{PasswordHash, Registration};

pub const USERS: Collection<User> = Collection::new("users");
protocol::document!(User);

values::text! {
    /// A user's display name.
    #[schema(min_length = 1, max_length = 100, example = "Ada Lovelace")]
    pub shown DisplayName, parsed by parse_name,
    else InvalidName: Format, "must be 1 to 100 characters, without control characters"
}

/// A user as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    #[serde(rename = "_id")]
    pub id: UserId,
    /// Unique.
    pub email: EmailAddress,
    pub name: DisplayName,
    pub password_hash: PasswordHash,
    pub role: Role,
    /// What the user may do in the back office.
    pub permissions: Vec<Permission>,
    /// The language of mails.
    pub locale: Locale,
    /// Whether the user has confirmed the address.
    pub email_verified: bool,
    pub created_at: Moment,
    pub updated_at: Moment,
    /// Counts changes, from 1.
    pub version: i64,
}

/// A user as the user's own client sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub struct UserView {
    pub id: UserId,
    pub email: EmailAddress,
    pub name: DisplayName,
    pub role: Role,
    /// What the user may do in the back office.
    pub permissions: Vec<Permission>,
    /// The language of mails.
    pub locale: Locale,
    pub created_at: Moment,
}

const NAME: Limited = Limited { min: 1, max: 100 };

fn parse_name(text: &str) -> Option<String> {
    NAME.parse(text).ok()
}

impl DisplayName {
    /// Parses a name; the fault says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, FieldFault> {
        NAME.parse(text).map(Self)
    }
}

impl User {
    /// A new customer.
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

    pub fn created(&self) -> UserCreated {
        UserCreated {
            version: self.version,
            user_id: self.id,
            email: self.email.clone(),
            name: self.name.as_str().to_owned(),
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
