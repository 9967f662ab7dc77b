use askama::Template;
use contracts::orders::DueLine;
use contracts::payments::PaymentSucceeded;
use values::{Locale, LocalizedText};

use crate::format_money;

/// What a buyer is told when a payment has succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub subject: String,
    pub text: String,
    /// Says the same as `text`.
    pub html: String,
}

/// The fixed words of a receipt in one language.
struct Words {
    lang: &'static str,
    subject: &'static str,
    hello: &'static str,
    thanks: &'static str,
    paid: &'static str,
    item: &'static str,
    quantity: &'static str,
    price: &'static str,
    total: &'static str,
    colon: &'static str,
    follow: &'static str,
    goodbye: &'static str,
}

const ENGLISH: Words = Words {
    lang: "en",
    subject: "Thank you for your order",
    hello: "Hello",
    thanks: "Thank you for your order",
    paid: "We have received your payment and are preparing your parcel.",
    item: "Item",
    quantity: "Quantity",
    price: "Price",
    total: "Total",
    colon: ": ",
    follow: "Follow your order",
    goodbye: "See you soon,",
};

/// French puts a non-breaking space before a colon.
const FRENCH: Words = Words {
    lang: "fr",
    subject: "Merci pour votre commande",
    hello: "Bonjour",
    thanks: "Merci pour votre commande",
    paid: "Nous avons bien reçu votre paiement et préparons votre colis.",
    item: "Article",
    quantity: "Quantité",
    price: "Prix",
    total: "Total",
    colon: "\u{a0}: ",
    follow: "Suivre votre commande",
    goodbye: "À bientôt,",
};

const SHOP: &str = "Mcommerce";

/// What both forms of a receipt say.
struct Content<'a> {
    words: Words,
    paid: &'a PaymentSucceeded,
    lines: Vec<Line>,
    total: String,
    link: String,
}

struct Line {
    title: String,
    quantity: u32,
    total: String,
}

#[derive(Template)]
#[template(path = "receipt.txt")]
struct Text<'a> {
    receipt: &'a Content<'a>,
}

/// Other people's text in it is escaped.
#[derive(Template)]
#[template(path = "receipt.html")]
struct Html<'a> {
    receipt: &'a Content<'a>,
}

impl Receipt {
    /// The receipt of a payment. `shop_url` is the address of the shop's page.
    pub fn new(paid: &PaymentSucceeded, shop_url: &str) -> Self {
        let receipt = &Content::new(paid, shop_url);
        Self {
            subject: format!("{} {}", receipt.words.subject, paid.number),
            text: Text { receipt }.to_string(),
            html: Html { receipt }.to_string(),
        }
    }
}

impl<'a> Content<'a> {
    fn new(paid: &'a PaymentSucceeded, shop_url: &str) -> Self {
        let words = match paid.locale {
            Locale::En => ENGLISH,
            Locale::Fr => FRENCH,
        };
        let link = format!("{}/orders/{}", shop_url.trim_end_matches('/'), paid.order_id);
        let total = format_money(paid.total, paid.locale);
        Self {
            words,
            paid,
            lines: paid.lines.iter().map(|line| Line::new(line, paid.locale)).collect(),
            total,
            link,
        }
    }
}

impl Line {
    fn new(line: &DueLine, locale: Locale) -> Self {
        Self {
            title: title(&line.name, &line.variant_name, locale),
            quantity: line.quantity.get(),
            total: format_money(line.line_total, locale),
        }
    }
}

fn title(name: &LocalizedText, variant: &LocalizedText, locale: Locale) -> String {
    match (name.in_locale(locale), variant.in_locale(locale)) {
        (name, "") => name.to_owned(),
        (name, variant) => format!("{name}, {variant}"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use contracts::ids::{OrderId, PaymentId};
    use contracts::orders::{Contact, Quantity};
    use values::{Currency, Money};

    /// A payment of two mugs and a kettle, in this language, by somebody of this name.
    pub(crate) fn paid(locale: Locale, name: &str) -> PaymentSucceeded {
        let money = |amount| Money::new(amount, Currency::Eur).unwrap();
        let text = |en: &str, fr: &str| LocalizedText { en: en.into(), fr: fr.into() };
        let line = |name, variant_name, quantity: i64, price| DueLine {
            name,
            variant_name,
            quantity: Quantity::try_from(quantity).unwrap(),
            unit_price: money(price),
            line_total: money(price * quantity),
        };
        PaymentSucceeded {
            payment_id: PaymentId::new(),
            order_id: OrderId::new(),
            number: "MC-7F3K-92QD".parse().unwrap(),
            locale,
            buyer: Contact { name: name.into(), email: "ada@example.com".parse().unwrap() },
            lines: vec![
                line(text("Mug", "Tasse"), text("blue", "bleue"), 2, 1999),
                line(text("Kettle", "Bouilloire"), text("", ""), 1, 119_452),
            ],
            total: money(123_450),
        }
    }

    #[test]
    fn a_french_receipt_reads_as_french() {
        let paid = paid(Locale::Fr, "Ada Lovelace");
        let receipt = Receipt::new(&paid, "https://shop.example/");
        assert_eq!(receipt.subject, "Merci pour votre commande MC-7F3K-92QD");
        let expected = format!(
            "Bonjour Ada Lovelace,\n\nMerci pour votre commande MC-7F3K-92QD.\n\
             Nous avons bien reçu votre paiement et préparons votre colis.\n\n\
             2 × Tasse, bleue\u{a0}: 39,98\u{a0}€\n1 × Bouilloire\u{a0}: 1\u{202f}194,52\u{a0}€\n\n\
             Total\u{a0}: 1\u{202f}234,50\u{a0}€\n\nSuivre votre commande\u{a0}: https://shop.example/orders/{}\n\n\
             À bientôt,\nMcommerce",
            paid.order_id
        );
        assert_eq!(receipt.text, expected);
    }

    #[test]
    fn an_english_receipt_reads_as_english() {
        let receipt = Receipt::new(&paid(Locale::En, "Ada"), "https://shop.example");
        assert!(receipt.text.starts_with("Hello Ada,\n\nThank you for your order MC-7F3K-92QD.\n"));
        assert!(receipt.text.contains("2 × Mug, blue: €39.98\n1 × Kettle: €1,194.52\n\nTotal: €1,234.50\n"));
    }

    #[test]
    fn the_html_says_what_the_text_says() {
        for locale in [Locale::En, Locale::Fr] {
            let paid = paid(locale, "Ada");
            let receipt = Receipt::new(&paid, "https://shop.example");
            let mut parts = vec![paid.number.to_string(), format_money(paid.total, locale)];
            for line in &paid.lines {
                parts.push(title(&line.name, &line.variant_name, locale));
                parts.push(format_money(line.line_total, locale));
            }
            for part in parts {
                assert!(receipt.text.contains(&part) && receipt.html.contains(&part), "{part}");
            }
        }
    }

    #[test]
    fn a_name_can_not_bring_markup() {
        let mut paid = paid(Locale::En, "<script>alert(1)</script>");
        paid.lines[0].name.en = "\"><img src=x>".into();
        let receipt = Receipt::new(&paid, "https://shop.example");
        assert!(!receipt.html.contains("<script") && !receipt.html.contains("<img"));
        assert!(
            receipt.text.starts_with("Hello <script>alert(1)</script>,"),
            "a text has no markup to escape"
        );
    }
}
