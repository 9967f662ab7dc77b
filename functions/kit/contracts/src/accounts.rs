//! What other domains know of accounts.

use serde::{Deserialize, Serialize};
use values::{EmailAddress, Locale};

use crate::event::Event;
use crate::ids::UserId;

/// A user opened an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct UserCreated {
    pub user_id: UserId,
    /// The user's, which grows with each change.
    pub version: i64,
    pub email: EmailAddress,
    pub name: String,
    pub locale: Locale,
}

impl Event for UserCreated {
    const TYPE: &'static str = "user.created";

    fn subject(&self) -> String {
        self.user_id.to_string()
    }
}
