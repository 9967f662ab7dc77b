use std::fmt;
use std::str::FromStr;

use protocol::Scalar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An e-mail address that a mail can be sent to: ASCII, at most 254 bytes, with a dotted domain. Kept in small letters,
/// so spellings that differ in case are one address. Its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = "email", max_length = 254, example = "ada@example.com")]
pub struct EmailAddress(String);

/// A text that is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address")]
pub struct NoEmailAddress;

const MAX_BYTES: usize = 254;
const MAX_LOCAL_BYTES: usize = 64;
const MAX_LABEL_BYTES: usize = 63;

impl EmailAddress {
    /// The address, in small letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_local(local: &str) -> bool {
    (1..=MAX_LOCAL_BYTES).contains(&local.len())
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
        })
}

fn is_domain(domain: &str) -> bool {
    domain.contains('.')
        && domain.split('.').all(|label| {
            (1..=MAX_LABEL_BYTES).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

impl FromStr for EmailAddress {
    type Err = NoEmailAddress;

    fn from_str(text: &str) -> Result<Self, NoEmailAddress> {
        let text = text.trim();
        match text.rsplit_once('@') {
            Some((local, domain)) if text.len() <= MAX_BYTES && is_local(local) && is_domain(domain) => {
                Ok(Self(text.to_ascii_lowercase()))
            }
            _ => Err(NoEmailAddress),
        }
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = NoEmailAddress;

    fn try_from(text: String) -> Result<Self, NoEmailAddress> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl From<&EmailAddress> for Scalar {
    fn from(address: &EmailAddress) -> Self {
        Self::Text(address.0.clone())
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_small_letters() {
        let address: EmailAddress = " Ada.Lovelace+shop@Example.COM ".parse().unwrap();
        assert_eq!(address.as_str(), "ada.lovelace+shop@example.com");
        assert!(!format!("{address:?}").contains("ada"));
    }

    #[test]
    fn what_could_end_a_mail_header_or_name_two_boxes_is_no_address() {
        for bad in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.com",
            "ada@localhost",
            "ada@example..com",
            "a..b@example.com",
            ".a@example.com",
            "ada@-example.com",
            "a b@example.com",
            "a@b@example.com",
            "é@example.com",
            "ada@example.com\r\nBcc: eve@example.com",
            "ada@example.com, eve@example.com",
            "<ada@example.com>",
            "ada@exa\0mple.com",
            "\"ada\"@example.com",
            &format!("{}@example.com", "a".repeat(65)),
        ] {
            assert_eq!(bad.parse::<EmailAddress>(), Err(NoEmailAddress), "{bad:?} was taken");
        }
    }
}
