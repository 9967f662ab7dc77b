use std::fmt;
use std::str::FromStr;

use application::Name;

/// What the names of the exchange and of all queues begin with: names of a-z, 0-9 and -, joined by dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerPrefix(String);

/// A text that is not a [`BrokerPrefix`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be names of a-z, 0-9 and -, joined by dots")]
pub struct InvalidBrokerPrefix;

impl BrokerPrefix {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for BrokerPrefix {
    fn default() -> Self {
        Self("mcommerce".into())
    }
}

impl FromStr for BrokerPrefix {
    type Err = InvalidBrokerPrefix;

    fn from_str(text: &str) -> Result<Self, InvalidBrokerPrefix> {
        let valid = text.split('.').all(|part| Name::parse(part).is_ok());
        if valid { Ok(Self(text.to_owned())) } else { Err(InvalidBrokerPrefix) }
    }
}

impl fmt::Display for BrokerPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_names_joined_by_dots() {
        for valid in ["mcommerce", "shop-1.staging"] {
            assert_eq!(valid.parse::<BrokerPrefix>().unwrap().as_str(), valid);
        }
        for invalid in ["", ".", "no prefix", "Shop", "a..b"] {
            assert_eq!(invalid.parse::<BrokerPrefix>(), Err(InvalidBrokerPrefix), "{invalid}");
        }
    }
}
