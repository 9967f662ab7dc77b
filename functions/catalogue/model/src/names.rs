use std::fmt;
use std::str::FromStr;

use protocol::Scalar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a variant is called in stores and on labels: 1 to 40 of `A-Z`, `0-9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[A-Z0-9-]{1,40}$", example = "TOTE-CANVAS-ECRU")]
pub struct Sku(String);

/// The name of a product or a category in addresses: 1 to 60 of `a-z`, `0-9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[a-z0-9-]{1,60}$", example = "canvas-tote")]
pub struct Slug(String);

/// A text that is no SKU or slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No SKU.
    #[error("must be 1 to 40 of A-Z, 0-9 and -")]
    Sku,
    /// No slug.
    #[error("must be 1 to 60 of a-z, 0-9 and -")]
    Slug,
}

const MAX_SKU: usize = 40;
const MAX_SLUG: usize = 60;

impl Sku {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Slug {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Sku {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        let good = (1..=MAX_SKU).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
        if good { Ok(Self(text)) } else { Err(NameError::Sku) }
    }
}

impl TryFrom<String> for Slug {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        let good = (1..=MAX_SLUG).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if good { Ok(Self(text)) } else { Err(NameError::Slug) }
    }
}

impl FromStr for Sku {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        text.to_owned().try_into()
    }
}

impl FromStr for Slug {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        text.to_owned().try_into()
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Sku> for String {
    fn from(sku: Sku) -> Self {
        sku.0
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl From<Sku> for Scalar {
    fn from(sku: Sku) -> Self {
        Self::Text(sku.0)
    }
}

impl From<Slug> for Scalar {
    fn from(slug: Slug) -> Self {
        Self::Text(slug.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sku_is_capitals_digits_and_hyphens() {
        assert!("TOTE-CANVAS-ECRU".parse::<Sku>().is_ok());
        for bad in ["", "tote", "A B", "A_B", "É", "A\n", "A/B", &"A".repeat(41)] {
            assert_eq!(bad.parse::<Sku>(), Err(NameError::Sku), "{bad:?} was taken");
        }
    }

    #[test]
    fn a_slug_is_small_letters_digits_and_hyphens() {
        assert!("canvas-tote-2".parse::<Slug>().is_ok());
        for bad in ["", "Tote", "a b", "a_b", "é", "a\n", "../a", &"a".repeat(61)] {
            assert_eq!(bad.parse::<Slug>(), Err(NameError::Slug), "{bad:?} was taken");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_is_kept_as_it_is(text in ".{0,70}") {
            if let Ok(sku) = text.parse::<Sku>() {
                prop_assert_eq!(sku.as_str(), text.as_str());
            }
            if let Ok(slug) = text.parse::<Slug>() {
                prop_assert_eq!(slug.as_str(), text.as_str());
            }
        }
    }
}
