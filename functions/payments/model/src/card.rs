use contracts::ids::OrderId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::{FieldCode, FieldFault, Moment, Secret};

use crate::{Brand, CardNumber};

/// A card whose number, expiry and security code are plausible. It has no `Debug` and is never serialised.
#[derive(Clone)]
pub struct Card {
    pub(crate) number: CardNumber,
    pub(crate) expiry: Expiry,
    pub(crate) security_code: SecurityCode,
    pub(crate) holder: String,
}

/// What may be kept and shown of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CardSummary {
    pub brand: Brand,
    /// The last four digits.
    #[schema(pattern = "^[0-9]{4}$", example = "4242")]
    pub last4: String,
}

/// The last month in which a card is valid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expiry {
    year: i64,
    month: i64,
}

/// The 3 or 4 digits on the back of a card, or on the front of some.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecurityCode(String);

/// The longest validity of a card, in years.
const LONGEST_LIFE: i64 = 30;

impl Expiry {
    /// Parses a month that is not over at `now`.
    pub(crate) fn parse(year: i64, month: i64, now: Moment) -> Result<Self, FieldFault> {
        let today = now.to_rfc3339();
        let part =
            |from, to| today.get(from..to).and_then(|part| part.parse::<i64>().ok()).unwrap_or(i64::MAX);
        let (this_year, this_month) = (part(0, 4), part(5, 7));
        if (year, month) < (this_year, this_month) {
            return Err(FieldFault::new(FieldCode::CardExpired, "has passed: the card has expired"));
        }
        if year > this_year.saturating_add(LONGEST_LIFE) {
            return Err(FieldFault::new(FieldCode::Format, "must be the year on the card, in four digits"));
        }
        Ok(Self { year, month })
    }
}

impl SecurityCode {
    pub(crate) fn parse(text: &str) -> Result<Self, FieldFault> {
        let text = text.trim();
        if (3..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(FieldFault::new(FieldCode::Format, "must be 3 or 4 digits"))
        }
    }
}

impl Card {
    pub fn number(&self) -> &CardNumber {
        &self.number
    }

    pub fn summary(&self) -> CardSummary {
        CardSummary { brand: self.number.brand(), last4: self.number.last4().to_owned() }
    }

    /// Tells a payment of this order with this card from any other: a digest under the shop's key, which does not reveal the
    /// card to somebody who tries all numbers.
    pub fn fingerprint(&self, payment_secret: &Secret, order: OrderId) -> String {
        let digest = payment_secret.digest(&[
            order.to_string().as_bytes(),
            self.number.reveal().as_bytes(),
            format!("{}-{}", self.expiry.year, self.expiry.month).as_bytes(),
            self.security_code.0.as_bytes(),
            self.holder.as_bytes(),
        ]);
        digest.expose().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::card;

    /// 2026-11-20.
    const TODAY: i64 = 1_795_170_000_123;

    fn key(text: &str) -> Secret {
        Secret::parse(text).unwrap()
    }

    #[test]
    fn a_card_is_valid_to_the_end_of_its_month() {
        let parse = |year, month| Expiry::parse(year, month, Moment::from_millis(TODAY)).is_ok();
        assert!(parse(2026, 11) && parse(2026, 12) && parse(2027, 1) && parse(2056, 12));
        assert!(
            !parse(2026, 10) && !parse(2025, 12) && !parse(26, 12) && !parse(2057, 1) && !parse(i64::MIN, 1)
        );
    }

    #[test]
    fn a_security_code_is_3_or_4_digits() {
        assert!(SecurityCode::parse("123").is_ok() && SecurityCode::parse(" 1234 ").is_ok());
        for bad in ["", "12", "12345", "12a", "١٢٣"] {
            assert!(SecurityCode::parse(bad).is_err(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn a_fingerprint_depends_on_every_part_of_a_payment() {
        let order = OrderId::new();
        let one = card("4242424242424242").fingerprint(&key("key"), order);
        assert_eq!(one, card("4242 4242 4242 4242").fingerprint(&key("key"), order));
        let mut with_another_code = card("4242424242424242");
        with_another_code.security_code = SecurityCode::parse("999").unwrap();
        for other in [
            card("4000000000000002").fingerprint(&key("key"), order),
            card("4242424242424242").fingerprint(&key("key"), OrderId::new()),
            card("4242424242424242").fingerprint(&key("another key"), order),
            with_another_code.fingerprint(&key("key"), order),
        ] {
            assert_ne!(one, other);
        }
        assert!(!one.contains("4242"));
    }
}
