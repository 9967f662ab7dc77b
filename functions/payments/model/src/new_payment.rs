use contracts::ids::OrderId;
use serde::Deserialize;
use utoipa::ToSchema;
use values::{FieldFault, FieldFaults, Invalid, Limited, Moment};

use crate::Card;
use crate::card::{Expiry, SecurityCode};

/// A payment as a client sends it: without an amount, because that is what the order costs.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPayment {
    pub order_id: OrderId,
    pub card: NewCard,
}

// Has no `Debug` and no `Serialize`, so that no log and no store can hold one.
/// A card as a client sends it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewCard {
    /// The number, with or without spaces.
    #[schema(example = "4242 4242 4242 4242")]
    pub number: String,
    /// The last month in which the card is valid.
    #[schema(minimum = 1, maximum = 12)]
    pub expiry_month: i64,
    /// The year of that month, in four digits.
    #[schema(example = 2030)]
    pub expiry_year: i64,
    /// 3 or 4 digits.
    #[schema(pattern = "^[0-9]{3,4}$", example = "123")]
    pub security_code: String,
    /// The name on the card.
    #[schema(min_length = 1, max_length = 100)]
    pub holder: String,
}

const HOLDER: Limited = Limited { min: 1, max: 100 };

impl NewCard {
    /// The card, if it is plausible at `now`.
    pub fn parse(&self, now: Moment) -> Result<Card, Invalid> {
        let mut faults = FieldFaults::new();
        let number = faults.take("card.number", self.number.parse());
        let month = match self.expiry_month {
            month @ 1..=12 => Ok(month),
            _ => Err(FieldFault::range(1, 12)),
        };
        let expiry = faults
            .take("card.expiryMonth", month)
            .and_then(|month| faults.take("card.expiryYear", Expiry::parse(self.expiry_year, month, now)));
        let security_code = faults.take("card.securityCode", SecurityCode::parse(&self.security_code));
        let holder = faults.take("card.holder", HOLDER.parse(&self.holder));
        let parts = number.zip(expiry).zip(security_code).zip(holder);
        faults.finish_with(parts.map(|(((number, expiry), security_code), holder)| Card {
            number,
            expiry,
            security_code,
            holder,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::new_card;

    fn faults(card: &NewCard) -> Vec<String> {
        let invalid = card.parse(Moment::from_millis(0)).err().unwrap();
        invalid.fields().iter().map(|fault| fault.field.clone()).collect()
    }

    #[test]
    fn every_field_at_fault_is_named_and_none_repeated() {
        let card = NewCard {
            number: "4242424242424241".into(),
            expiry_month: 13,
            expiry_year: 1,
            security_code: "98765".into(),
            holder: String::new(),
        };
        assert_eq!(faults(&card), ["card.number", "card.expiryMonth", "card.securityCode", "card.holder"]);
        let invalid = format!("{:?}", card.parse(Moment::from_millis(0)).err().unwrap());
        assert!(!invalid.contains("4242424242424241") && !invalid.contains("98765"), "{invalid}");
    }

    #[test]
    fn a_card_that_has_expired_is_refused() {
        let mut card = new_card("4242424242424242");
        card.expiry_year = 1969;
        assert_eq!(faults(&card), ["card.expiryYear"]);
    }

    #[test]
    fn an_amount_from_the_client_is_refused() {
        let json = serde_json::json!({
            "orderId": OrderId::new(), "amount": 1,
            "card": { "number": "4242424242424242", "expiryMonth": 1, "expiryYear": 2030, "securityCode": "123", "holder": "A" },
        });
        let refused = serde_json::from_value::<NewPayment>(json).err().unwrap().to_string();
        assert!(refused.contains("unknown field `amount`"), "{refused}");
    }
}
