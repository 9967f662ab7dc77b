use std::fmt;
use std::str::FromStr;

use kit::Problem;
use protocol::Scalar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a person calls an order: `MC-7F3K-92QD`, 40 random bits in Crockford's base 32, which has no letters that are
/// taken for digits. <https://www.crockford.com/base32.html>
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^MC-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$", example = "MC-7F3K-92QD")]
pub struct OrderNumber(String);

/// A text that is no order's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must look like MC-7F3K-92QD")]
pub struct UnknownNumber;

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BITS_A_DIGIT: u32 = 5;
const COUNT: u32 = 8;

impl OrderNumber {
    /// A number nobody can guess.
    pub fn random() -> Result<Self, Problem> {
        Ok(Self::of(kit::random_bytes::<5>()?))
    }

    fn of(bytes: [u8; 5]) -> Self {
        let bits = bytes.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let digits: String = (0..COUNT)
            .rev()
            .map(|place| DIGITS[(bits >> (place * BITS_A_DIGIT) & 31) as usize] as char)
            .collect();
        let (first, second) = digits.split_at(4);
        Self(format!("MC-{first}-{second}"))
    }

    /// The number as it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Takes what people type: small letters, spaces for hyphens or none at all, `O` for `0`, `I` and `L` for `1`.
impl FromStr for OrderNumber {
    type Err = UnknownNumber;

    fn from_str(text: &str) -> Result<Self, UnknownNumber> {
        const MAX_BYTES: usize = 32;
        if text.len() > MAX_BYTES {
            return Err(UnknownNumber);
        }
        let typed: String =
            text.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| c.to_ascii_uppercase()).collect();
        let digits =
            typed.strip_prefix("MC").ok_or(UnknownNumber)?.replace('O', "0").replace(['I', 'L'], "1");
        if digits.len() == COUNT as usize && digits.bytes().all(|digit| DIGITS.contains(&digit)) {
            let (first, second) = digits.split_at(4);
            Ok(Self(format!("MC-{first}-{second}")))
        } else {
            Err(UnknownNumber)
        }
    }
}

impl TryFrom<String> for OrderNumber {
    type Error = UnknownNumber;

    fn try_from(text: String) -> Result<Self, UnknownNumber> {
        text.parse()
    }
}

impl From<OrderNumber> for String {
    fn from(number: OrderNumber) -> Self {
        number.0
    }
}

impl From<&OrderNumber> for Scalar {
    fn from(number: &OrderNumber) -> Self {
        Self::Text(number.0.clone())
    }
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_read_as_people_type_it() {
        let number: OrderNumber = "MC-7F3K-92QD".parse().unwrap();
        for typed in ["mc-7f3k-92qd", "MC 7F3K 92QD", " mc7f3k92qd "] {
            assert_eq!(typed.parse(), Ok(number.clone()), "{typed:?}");
        }
        assert_eq!("MC-OIL0-1111".parse::<OrderNumber>().unwrap().as_str(), "MC-0110-1111");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in [
            "",
            "MC",
            "MC-7F3K-92Q",
            "MC-7F3K-92QDD",
            "XX-7F3K-92QD",
            "MC-7F3K-92QU",
            "MC-éé-92QD",
            "7F3K-92QD",
        ] {
            assert_eq!(bad.parse::<OrderNumber>(), Err(UnknownNumber), "{bad:?} was taken");
        }
    }

    proptest! {
        #[test]
        fn every_number_has_one_spelling(bytes in any::<[u8; 5]>(), other in any::<[u8; 5]>()) {
            let number = OrderNumber::of(bytes);
            prop_assert_eq!(number.as_str().len(), "MC-7F3K-92QD".len());
            prop_assert_eq!(number.as_str().parse::<OrderNumber>(), Ok(number.clone()));
            prop_assert_eq!(number == OrderNumber::of(other), bytes == other);
        }

        #[test]
        fn no_text_makes_the_parser_stumble(text in ".{0,40}") {
            if let Ok(number) = text.parse::<OrderNumber>() {
                prop_assert_eq!(number.as_str().parse::<OrderNumber>(), Ok(number));
            }
        }
    }
}
