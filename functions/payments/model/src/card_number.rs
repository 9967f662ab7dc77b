use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::{FieldCode, FieldFault};

/// A card number: 12 to 19 digits with a valid check digit. Nothing prints or serialises it.
#[derive(Clone, PartialEq, Eq)]
pub struct CardNumber(String);

/// A text that is not a card number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a card number")]
pub struct InvalidCardNumber;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Brand {
    Visa,
    Mastercard,
    Amex,
    Discover,
    Other,
}

impl CardNumber {
    /// The digits, for the provider only.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The last four digits, which may be shown.
    pub fn last4(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }

    /// Told by the first digits.
    pub fn brand(&self) -> Brand {
        let first = |digits: usize| self.0.get(..digits).and_then(|start| start.parse::<u32>().ok());
        match (first(2), first(3), first(4)) {
            (Some(40..=49), ..) => Brand::Visa,
            (Some(51..=55), ..) | (_, _, Some(2221..=2720)) => Brand::Mastercard,
            (Some(34 | 37), ..) => Brand::Amex,
            (Some(65), ..) | (_, Some(644..=649), _) | (_, _, Some(6011)) => Brand::Discover,
            _ => Brand::Other,
        }
    }
}

/// Luhn's check (ISO/IEC 7812-1), which notices any single wrong digit.
fn has_valid_check_digit(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0') << (place % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Accepts spaces and hyphens between the digits.
impl FromStr for CardNumber {
    type Err = InvalidCardNumber;

    fn from_str(text: &str) -> Result<Self, InvalidCardNumber> {
        const LONGEST_TEXT: usize = 40;
        if text.len() > LONGEST_TEXT {
            return Err(InvalidCardNumber);
        }
        let digits: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let valid = (12..=19).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && digits.bytes().any(|byte| byte != b'0')
            && has_valid_check_digit(&digits);
        if valid { Ok(Self(digits)) } else { Err(InvalidCardNumber) }
    }
}

impl From<InvalidCardNumber> for FieldFault {
    fn from(error: InvalidCardNumber) -> Self {
        Self::with_message(FieldCode::CardNumber, error.to_string())
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardNumber(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brand(text: &str) -> Brand {
        text.parse::<CardNumber>().unwrap().brand()
    }

    #[test]
    fn a_number_is_accepted_as_it_is_printed_on_the_card() {
        let number: CardNumber = " 4242 4242-4242 4242 ".parse().unwrap();
        assert_eq!((number.reveal(), number.last4()), ("4242424242424242", "4242"));
    }

    #[test]
    fn a_wrong_check_digit_a_letter_or_a_wrong_length_is_refused() {
        for bad in [
            "",
            "4242424242424241",
            "42424242424",
            "42424242424242424242",
            "4242a24242424242",
            "0000000000000000",
            "４２４２４２４２４２４２４２４２",
            "4242\n4242\n4242\n4242",
            "-------------------------------------------",
        ] {
            assert_eq!(bad.parse::<CardNumber>(), Err(InvalidCardNumber), "{bad:?} was accepted");
        }
    }

    #[test]
    fn a_brand_is_told_by_the_first_digits() {
        assert_eq!(brand("4000000000000002"), Brand::Visa);
        assert_eq!(brand("5555555555554444"), Brand::Mastercard);
        assert_eq!(brand("2223003122003222"), Brand::Mastercard);
        assert_eq!(brand("378282246310005"), Brand::Amex);
        assert_eq!(brand("6011111111111117"), Brand::Discover);
        assert_eq!(brand("3566002020360505"), Brand::Other);
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_noticed(place in 0_usize..16, by in 1_u8..=9) {
            let mut digits = *b"4242424242424242";
            digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
            prop_assert!(std::str::from_utf8(&digits).unwrap().parse::<CardNumber>().is_err());
        }

        #[test]
        fn nothing_prints_a_number(text in "[0-9 -]{0,45}|.{0,45}") {
            if let Ok(number) = text.parse::<CardNumber>() {
                let printed = format!("{number:?}");
                prop_assert!(!printed.contains(number.reveal()) && !printed.contains(number.last4()));
            }
        }
    }
}
