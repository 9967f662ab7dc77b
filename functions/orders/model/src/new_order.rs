use std::collections::HashSet;

use contracts::identity::Claims;
use contracts::ids::VariantId;
use contracts::orders::Quantity;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::{EmailAddress, FieldCode, FieldFault, FieldFaults, Invalid, Limited, Locale};

use crate::{Address, Buyer, NewAddress};

/// An order as a client sends it: without prices.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOrder {
    /// 1 to 50 items, each of a different variant.
    #[schema(min_items = 1, max_items = 50)]
    pub items: Vec<NewOrderItem>,
    /// Where mails go. Required from guests; for signed-in buyers the account's address is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = "email", max_length = 254)]
    pub email: Option<String>,
    /// The recipient.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The language of mails.
    pub locale: Locale,
    /// Where the order is sent.
    pub shipping_address: NewAddress,
}

/// An item of an order as a client sends it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOrderItem {
    pub variant_id: VariantId,
    #[schema(minimum = 1, maximum = 99)]
    pub quantity: i64,
}

/// An item of an order, before it is priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub variant: VariantId,
    pub quantity: Quantity,
}

/// A valid order that is not priced yet.
#[derive(Clone)]
pub struct Placement {
    /// At least one; each variant once.
    pub items: Vec<Wanted>,
    pub buyer: Buyer,
    pub address: Address,
    /// The language of mails.
    pub locale: Locale,
}

const MAX_ITEMS: usize = 50;
const NAME: Limited = Limited { min: 1, max: 100 };

impl NewOrder {
    /// Parses the order of a guest, or of the user whom the claims name.
    pub fn parse(&self, claims: Option<&Claims>) -> Result<Placement, Invalid> {
        let mut faults = FieldFaults::new();
        let items = self.items(&mut faults);
        let email = match (claims, &self.email) {
            (Some(claims), _) => faults.take("email", claims.email.parse::<EmailAddress>()),
            (None, Some(email)) => faults.take("email", email.parse()),
            (None, None) => {
                faults.add("email", FieldFault::new(FieldCode::Missing, "is missing"));
                None
            }
        };
        let name = faults.take("name", NAME.parse(&self.name));
        let address = self.shipping_address.parse("shippingAddress", &mut faults);
        faults.finish_with(name.zip(email).zip(address).map(|((name, email), address)| Placement {
            items,
            buyer: Buyer { user_id: claims.map(|claims| claims.sub), name, email },
            address,
            locale: self.locale,
        }))
    }

    fn items(&self, faults: &mut FieldFaults) -> Vec<Wanted> {
        if !(1..=MAX_ITEMS).contains(&self.items.len()) {
            faults.add("items", FieldFault::count(1, MAX_ITEMS));
            return Vec::new();
        }
        let mut seen = HashSet::new();
        let mut wanted = Vec::with_capacity(self.items.len());
        for (n, item) in self.items.iter().enumerate() {
            let quantity = faults.take(&format!("items[{n}].quantity"), Quantity::try_from(item.quantity));
            if !seen.insert(item.variant_id) {
                let repeated = FieldFault::new(FieldCode::Repeated, "appears more than once");
                faults.add(&format!("items[{n}].variantId"), repeated);
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
        let invalid = order.parse(None).err().unwrap();
        invalid.fields().iter().map(|fault| fault.field.clone()).collect()
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
    fn a_variant_appears_once_in_an_order() {
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
    fn a_guest_gives_an_address_and_an_account_has_one() {
        let mut order = new_order(&[(VariantId::new(), 1)]);
        order.email = None;
        assert_eq!(faults(&order), ["email"]);

        order.email = Some("someone-else@example.com".into());
        let claims = claims("ada@example.com");
        let buyer = order.parse(Some(&claims)).ok().unwrap().buyer;
        assert_eq!((buyer.user_id, buyer.email.as_str()), (Some(claims.sub), "ada@example.com"));
    }

    #[test]
    fn a_price_from_the_client_is_refused() {
        let mut json = serde_json::to_value(new_order(&[(VariantId::new(), 1)])).unwrap();
        json["items"][0]["unitPrice"] = 1.into();
        assert!(serde_json::from_value::<NewOrder>(json.clone()).is_err());
        json["items"][0].as_object_mut().unwrap().remove("unitPrice");
        assert!(serde_json::from_value::<NewOrder>(json.clone()).is_ok());
        json["total"] = 1.into();
        assert!(serde_json::from_value::<NewOrder>(json).is_err());
    }
}
