use kit::{Faults, Limited, Moment, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::card::{Expiry, SecurityCode};
use crate::{Card, OrderId};

/// A payment as a client asks for it: no amount, which is what the order costs.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPayment {
    /// What is paid.
    pub order_id: OrderId,
    /// With what.
    pub card: NewCard,
}

// Without `Debug` and `Serialize`, so that no log and no store can hold one.
/// A card as a client sends it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewCard {
    /// The number, with or without spaces.
    #[schema(example = "4242 4242 4242 4242")]
    pub number: String,
    /// The month it is good to the end of.
    #[schema(minimum = 1, maximum = 12)]
    pub expiry_month: i64,
    /// The year of that month, of four digits.
    #[schema(example = 2030)]
    pub expiry_year: i64,
    /// Three or four digits.
    #[schema(pattern = "^[0-9]{3,4}$", example = "123")]
    pub security_code: String,
    /// The name on the card.
    #[schema(min_length = 1, max_length = 100)]
    pub holder: String,
}

const HOLDER: Limited = Limited { min: 1, max: 100 };

impl NewCard {
    /// The card, if it is good by its looks at `now`. 422 naming every field at fault.
    pub fn parse(&self, now: Moment) -> Result<Card, Problem> {
        let mut faults = Faults::new();
        let number = faults.take("card.number", self.number.parse());
        let month = match self.expiry_month {
            month @ 1..=12 => Ok(month),
            _ => Err("must be 1 to 12"),
        };
        let expiry = faults
            .take("card.expiryMonth", month)
            .and_then(|month| faults.take("card.expiryYear", Expiry::parse(self.expiry_year, month, now)));
        let security_code = faults.take("card.securityCode", SecurityCode::parse(&self.security_code));
        let holder = faults.take("card.holder", HOLDER.parse(&self.holder));
        match (number, expiry, security_code, holder) {
            (Some(number), Some(expiry), Some(security_code), Some(holder)) => {
                Ok(Card { number, expiry, security_code, holder })
            }
            _ => Err(faults.into_problem()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::new_card;

    fn faults(card: &NewCard) -> Vec<String> {
        let problem = card.parse(Moment::from_millis(0)).err().unwrap();
        assert_eq!(problem.status().as_u16(), 422);
        problem.fields().iter().map(|fault| fault.field.clone()).collect()
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
        let problem = format!("{:?}", card.parse(Moment::from_millis(0)).err().unwrap());
        assert!(!problem.contains("4242424242424241") && !problem.contains("98765"), "{problem}");
    }

    #[test]
    fn a_card_that_has_expired_is_refused() {
        let mut card = new_card("4242424242424242");
        card.expiry_year = 1969;
        assert_eq!(faults(&card), ["card.expiryYear"]);
    }

    #[test]
    fn an_amount_of_the_clients_making_is_not_known() {
        let json = serde_json::json!({
            "orderId": OrderId::new(), "amount": 1,
            "card": { "number": "4242424242424242", "expiryMonth": 1, "expiryYear": 2030, "securityCode": "123", "holder": "A" },
        });
        let refused = serde_json::from_value::<NewPayment>(json).err().unwrap().to_string();
        assert!(refused.contains("unknown field `amount`"), "{refused}");
    }
}
