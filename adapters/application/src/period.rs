use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A duration between a millisecond and a day, written as `500ms`, `30s`, `5m` or `1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(Duration);

/// A string is not a valid [`Period`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a duration such as 500ms, 30s, 5m or 1h, from 1ms to a day")]
pub struct InvalidPeriod(String);

const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_hours(24);

impl Period {
    /// The duration.
    pub fn get(self) -> Duration {
        self.0
    }
}

impl TryFrom<String> for Period {
    type Error = InvalidPeriod;

    fn try_from(text: String) -> Result<Self, InvalidPeriod> {
        match humantime::parse_duration(&text) {
            Ok(time) if (SHORTEST..=LONGEST).contains(&time) => Ok(Self(time)),
            _ => Err(InvalidPeriod(text)),
        }
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        humantime::format_duration(period.0).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_number_with_its_unit() {
        let millis = |text: &str| Period::try_from(text.to_owned()).map(|period| period.0.as_millis()).ok();
        assert_eq!(millis("500ms"), Some(500));
        assert_eq!(millis("30s"), Some(30_000));
        assert_eq!(millis("5m"), Some(300_000));
        for bad in ["", "5", "s", "-1s", "0s", "1ns", "25h", "99999999999999999999h"] {
            assert_eq!(millis(bad), None, "{bad:?} was taken");
        }
    }
}
