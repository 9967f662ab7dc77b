use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use application::{InvalidPeriod, Period};

/// A length of time above 0. As text it has a unit: `500ms`, `10s`, `1m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PositiveDuration(Duration);

impl PositiveDuration {
    /// # Panics
    ///
    /// If `millis` is 0.
    pub const fn from_millis(millis: u64) -> Self {
        assert!(millis > 0, "the length of time must be above 0");
        Self(Duration::from_millis(millis))
    }

    /// # Panics
    ///
    /// If `secs` is 0.
    pub const fn from_secs(secs: u64) -> Self {
        assert!(secs > 0, "the length of time must be above 0");
        Self(Duration::from_secs(secs))
    }

    pub const fn get(self) -> Duration {
        self.0
    }
}

impl FromStr for PositiveDuration {
    type Err = InvalidPeriod;

    fn from_str(text: &str) -> Result<Self, InvalidPeriod> {
        Period::try_from(text.to_owned()).map(|period| Self(period.get()))
    }
}

impl fmt::Display for PositiveDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, millis) = (self.0.as_secs(), self.0.subsec_millis());
        if millis == 0 { write!(f, "{seconds}s") } else { write!(f, "{}ms", self.0.as_millis()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_parsed_with_its_unit_and_written_alike() {
        for (text, millis) in [("500ms", 500), ("10s", 10_000), ("1500ms", 1500)] {
            let parsed: PositiveDuration = text.parse().unwrap();
            assert_eq!(parsed, PositiveDuration::from_millis(millis));
            assert_eq!(parsed.to_string(), text);
        }
        assert_eq!("1m".parse(), Ok(PositiveDuration::from_secs(60)));
        for invalid in ["", "0s", "10", "-1s", "soon"] {
            assert!(invalid.parse::<PositiveDuration>().is_err(), "{invalid}");
        }
    }
}
