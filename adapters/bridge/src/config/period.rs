use std::time::Duration;

use serde::Deserialize;

/// A length of time as the files write it: a whole number and `ms`, `s`, `m` or `h`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Period(pub(super) Duration);

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let refused = || {
            format!("{text:?} is no length of time such as 500ms, 30s, 5m or 1h, above zero and up to a day")
        };
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(refused()),
        };
        let millis =
            number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(refused)?;
        if (1..=86_400_000).contains(&millis) {
            Ok(Self(Duration::from_millis(millis)))
        } else {
            Err(refused())
        }
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
        for bad in ["", "5", "s", "-1s", "1.5s", "0s", "25h", "99999999999999999999h", "1 s"] {
            assert_eq!(millis(bad), None, "{bad:?} was taken");
        }
    }
}
