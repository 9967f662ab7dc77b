//! Cards and payments for the tests of this crate.

use contracts::ids::OrderId;
use contracts::orders::{Contact, Due, DueLine, Quantity};
use values::{Currency, Idempotency, Locale, LocalizedText, Moment, Money, Secret};

use crate::{Card, NewCard, Payment};

/// A card as a client sends it.
pub(crate) fn new_card(number: &str) -> NewCard {
    NewCard {
        number: number.into(),
        expiry_month: 12,
        expiry_year: 1999,
        security_code: "123".into(),
        holder: "Ada Lovelace".into(),
    }
}

/// A card with this number.
pub(crate) fn card(number: &str) -> Card {
    new_card(number).parse(Moment::from_millis(0)).unwrap()
}

/// A pending payment of two mugs.
pub(crate) fn payment() -> Payment {
    let money = |amount| Money::new(amount, Currency::Eur).unwrap();
    let text = |text: &str| LocalizedText { en: text.into(), fr: text.into() };
    let due = Due {
        order_id: OrderId::new(),
        number: "MC-7F3K-92QD".parse().unwrap(),
        buyer: Contact { name: "Ada Lovelace".into(), email: "ada@example.com".parse().unwrap() },
        locale: Locale::Fr,
        lines: vec![DueLine {
            name: text("Mug"),
            variant_name: text("blue"),
            quantity: Quantity::try_from(2).unwrap(),
            unit_price: money(1999),
            line_total: money(3998),
        }],
        total: money(3998),
    };
    let card = card("4242424242424242");
    let fingerprint = card.fingerprint(&Secret::parse("key").unwrap(), due.order_id);
    let idempotency = Idempotency { key: "order:12345678".into(), fingerprint };
    Payment::begin(due, &card, idempotency, "test", Moment::from_millis(1))
}
