use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// As many as the semaphore that counts them is meant for.
const MOST: u32 = 100_000;

/// How many requests may be in flight: 1 to 100,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxInFlight(NonZeroU32);

/// A number that is not a [`MaxInFlight`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 100,000")]
pub struct InvalidMaxInFlight;

impl MaxInFlight {
    pub fn new(requests: u32) -> Result<Self, InvalidMaxInFlight> {
        NonZeroU32::new(requests)
            .filter(|requests| requests.get() <= MOST)
            .map(Self)
            .ok_or(InvalidMaxInFlight)
    }

    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl Default for MaxInFlight {
    fn default() -> Self {
        Self(NonZeroU32::MIN.saturating_add(511))
    }
}

impl FromStr for MaxInFlight {
    type Err = InvalidMaxInFlight;

    fn from_str(text: &str) -> Result<Self, InvalidMaxInFlight> {
        Self::new(text.parse().map_err(|_| InvalidMaxInFlight)?)
    }
}

impl fmt::Display for MaxInFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_within_the_limits_is_taken() {
        assert_eq!("512".parse(), Ok(MaxInFlight::default()));
        assert!(MaxInFlight::new(1).is_ok() && MaxInFlight::new(MOST).is_ok());
        for invalid in ["", "0", "-1", "100001", "many"] {
            assert_eq!(invalid.parse::<MaxInFlight>(), Err(InvalidMaxInFlight), "{invalid}");
        }
    }
}
