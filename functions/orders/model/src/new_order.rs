use std::collections::HashSet;

use catalogue_model::VariantId;
use kit::{Claims, EmailAddress, Faults, FieldError, Limited, Locale, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Address, Buyer, NewAddress, Quantity};

/// An order as a client sends it: no price, no total.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOrder {
    /// What is wanted: 1 to 50 lines, each of another variant.
    #[schema(min_items = 1, max_items = 50)]
    pub items: Vec<NewOrderItem>,
    /// Where mails go. Guests must say it; of a signed-in buyer the account's address is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = "email", max_length = 254)]
    pub email: Option<String>,
    /// Who receives it.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The language of mails.
    pub locale: Locale,
    /// Where it goes.
    pub shipping_address: NewAddress,
}

/// A line of an order as a client sends it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOrderItem {
    /// Which variant.
    pub variant_id: VariantId,
    /// How many.
    #[schema(minimum = 1, maximum = 99)]
    pub quantity: i64,
}

/// What is wanted of one variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which variant.
    pub variant: VariantId,
    /// How many.
    pub quantity: Quantity,
}

/// An order whose every field is good, not priced yet.
#[derive(Clone)]
pub struct Placement {
    /// What is wanted, each variant once.
    pub items: Vec<Wanted>,
    /// Who buys.
    pub buyer: Buyer,
    /// Where it goes.
    pub address: Address,
    /// The language of mails.
    pub locale: Locale,
}

const MAX_ITEMS: usize = 50;
const NAME: Limited = Limited { min: 1, max: 100 };

impl NewOrder {
    /// The order of a guest, or of whom the claims name. 422 naming every field at fault.
    pub fn parse(&self, claims: Option<&Claims>) -> Result<Placement, Problem> {
        let mut faults = Faults::new();
        let items = self.items(&mut faults);
        let email = match (claims, &self.email) {
            (Some(claims), _) => faults.take("email", claims.email.parse()),
            (None, Some(email)) => faults.take("email", email.parse::<EmailAddress>()),
            (None, None) => {
                faults.add(FieldError {
                    field: "email".into(),
                    code: "missing",
                    message: "is missing".into(),
                });
                None
            }
        };
        let name = faults.take("name", NAME.parse(&self.name));
        let address = self.shipping_address.parse("shippingAddress", &mut faults);
        match (name, email, address, faults.is_empty()) {
            (Some(name), Some(email), Some(address), true) => Ok(Placement {
                items,
                buyer: Buyer { user_id: claims.map(|claims| claims.sub), name, email },
                address,
                locale: self.locale,
            }),
            _ => Err(faults.into_problem()),
        }
    }

    fn items(&self, faults: &mut Faults) -> Vec<Wanted> {
        if !(1..=MAX_ITEMS).contains(&self.items.len()) {
            faults.add(FieldError::invalid("items", format!("must be 1 to {MAX_ITEMS} lines")));
            return Vec::new();
        }
        let mut seen = HashSet::new();
        let mut wanted = Vec::with_capacity(self.items.len());
        for (n, item) in self.items.iter().enumerate() {
            let quantity = faults.take(&format!("items[{n}].quantity"), Quantity::try_from(item.quantity));
            if !seen.insert(item.variant_id) {
                faults.add(FieldError::invalid(format!("items[{n}].variantId"), "stands in the order twice"));
            }
            wanted.extend(quantity.map(|quantity| Wanted { variant: item.variant_id, quantity }));
        }
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{claims, new_order};

    fn faults(order: &NewOrder) -> Vec<String> {
        let problem = order.parse(None).err().unwrap();
        assert_eq!(problem.status().as_u16(), 422);
        problem.fields().iter().map(|fault| fault.field.clone()).collect()
    }

    #[test]
    fn every_field_at_fault_is_named_in_one_answer() {
        let mut order = new_order(&[(VariantId::new(), 0), (VariantId::new(), 100)]);
        order.email = Some("nobody".into());
        order.name = String::new();
        order.shipping_address.country = "fr".into();
        assert_eq!(
            faults(&order),
            ["items[0].quantity", "items[1].quantity", "email", "name", "shippingAddress.country"]
        );
    }

    #[test]
    fn a_variant_stands_in_an_order_once() {
        let variant = VariantId::new();
        assert_eq!(faults(&new_order(&[(variant, 1), (variant, 1)])), ["items[1].variantId"]);
    }

    #[test]
    fn an_order_has_1_to_50_lines() {
        let lines = |count: usize| {
            new_order(&std::iter::repeat_with(|| (VariantId::new(), 1)).take(count).collect::<Vec<_>>())
        };
        assert_eq!(faults(&lines(0)), ["items"]);
        assert_eq!(faults(&lines(51)), ["items"]);
        assert_eq!(lines(50).parse(None).ok().unwrap().items.len(), 50);
    }

    #[test]
    fn a_guest_says_an_address_and_an_account_has_one() {
        let mut order = new_order(&[(VariantId::new(), 1)]);
        order.email = None;
        assert_eq!(faults(&order), ["email"]);

        order.email = Some("someone-else@example.com".into());
        let claims = claims("ada@example.com");
        let buyer = order.parse(Some(&claims)).ok().unwrap().buyer;
        assert_eq!((buyer.user_id, buyer.email.as_str()), (Some(claims.sub), "ada@example.com"));
    }

    #[test]
    fn a_price_of_the_clients_making_is_not_known() {
        let mut json = serde_json::to_value(new_order(&[(VariantId::new(), 1)])).unwrap();
        json["items"][0]["unitPrice"] = 1.into();
        assert!(serde_json::from_value::<NewOrder>(json.clone()).is_err());
        json["items"][0].as_object_mut().unwrap().remove("unitPrice");
        assert!(serde_json::from_value::<NewOrder>(json.clone()).is_ok());
        json["total"] = 1.into();
        assert!(serde_json::from_value::<NewOrder>(json).is_err());
    }
}
