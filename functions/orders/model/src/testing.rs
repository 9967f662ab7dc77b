//! Orders and products for the tests of this crate.

use contracts::catalogue::{OfferedProduct, OfferedVariant};
use contracts::identity::{Claims, ISSUER, Role};
use contracts::ids::{ProductId, UserId, VariantId};
use contracts::orders::OrderNumber;
use values::{Currency, Idempotency, Locale, LocalizedText, Moment, Money};

use crate::{NewAddress, NewOrder, NewOrderItem, Order, price};

fn text(text: &str) -> LocalizedText {
    LocalizedText { en: text.into(), fr: text.into() }
}

/// A product with one variant for each price (in minor units) and stock.
pub(crate) fn product(variants: &[(i64, i64)]) -> OfferedProduct {
    let variant = |(n, (amount, stock)): (usize, &(i64, i64))| OfferedVariant {
        id: VariantId::new(),
        sku: format!("MUG-{n}").parse().unwrap(),
        name: text("blue"),
        price: Money::new(*amount, Currency::Eur).unwrap(),
        stock: *stock,
    };
    OfferedProduct {
        id: ProductId::new(),
        name: text("Mug"),
        images: Vec::new(),
        variants: variants.iter().enumerate().map(variant).collect(),
    }
}

/// A guest's order as a client sends it.
pub(crate) fn new_order(items: &[(VariantId, i64)]) -> NewOrder {
    let item = |(variant_id, quantity): &(VariantId, i64)| NewOrderItem {
        variant_id: *variant_id,
        quantity: *quantity,
    };
    NewOrder {
        items: items.iter().map(item).collect(),
        email: Some("ada@example.com".into()),
        name: "Ada Lovelace".into(),
        locale: Locale::Fr,
        shipping_address: NewAddress {
            line1: "12 rue des Lilas".into(),
            line2: None,
            postal_code: "75011".into(),
            city: "Paris".into(),
            country: "FR".into(),
        },
    }
}

/// A guest's order of two mugs, placed at 2026-11-20T10:20:00.123Z.
pub(crate) fn order() -> Order {
    let product = product(&[(1999, 7)]);
    let placement = new_order(&[(product.variants[0].id, 2)]).parse(None).ok().unwrap();
    let offer = price(&placement.items, &[product]).unwrap();
    let idempotency = Idempotency { key: "guest:12345678".into(), fingerprint: "f".into() };
    let number: OrderNumber = "MC-7F3K-92QD".parse().unwrap();
    Order::place(placement, offer, number, idempotency, Moment::from_millis(1_795_170_000_123))
}

/// The claims of a signed-in customer.
pub(crate) fn claims(email: &str) -> Claims {
    Claims {
        iss: ISSUER.into(),
        aud: ISSUER.into(),
        sub: UserId::new(),
        name: "Ada".into(),
        email: email.into(),
        role: Role::Customer,
        permissions: Vec::new(),
        iat: 0,
        exp: 0,
    }
}
