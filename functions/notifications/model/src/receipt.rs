use std::fmt::Write as _;

use contracts::payments::PaymentSucceeded;
use values::{Locale, LocalizedText, Money};

use crate::format_money;
use crate::html::Escaped;

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

impl Receipt {
    /// The receipt of a payment. `shop_url` is the address of the shop's page.
    pub fn new(paid: &PaymentSucceeded, shop_url: &str) -> Self {
        let words = match paid.locale {
            Locale::En => ENGLISH,
            Locale::Fr => FRENCH,
        };
        let link = format!("{}/orders/{}", shop_url.trim_end_matches('/'), paid.order_id);
        Self {
            subject: format!("{} {}", words.subject, paid.number),
            text: text(paid, &words, &link),
            html: html(paid, &words, &link),
        }
    }
}

fn text(paid: &PaymentSucceeded, words: &Words, link: &str) -> String {
    let money = |money: Money| format_money(money, paid.locale);
    let Words { hello, thanks, colon, total, follow, goodbye, .. } = words;
    let mut text = format!("{hello} {},\n\n{thanks} {}.\n{}\n\n", paid.buyer.name, paid.number, words.paid);
    for line in &paid.lines {
        let name = title(&line.name, &line.variant_name, paid.locale);
        let (quantity, line_total) = (line.quantity.get(), money(line.line_total));
        let _ = writeln!(text, "{quantity} × {name}{colon}{line_total}");
    }
    let _ =
        write!(text, "\n{total}{colon}{}\n\n{follow}{colon}{link}\n\n{goodbye}\n{SHOP}\n", money(paid.total));
    text
}

fn title(name: &LocalizedText, variant: &LocalizedText, locale: Locale) -> String {
    match (name.in_locale(locale), variant.in_locale(locale)) {
        (name, "") => name.to_owned(),
        (name, variant) => format!("{name}, {variant}"),
    }
}

fn html(paid: &PaymentSucceeded, words: &Words, link: &str) -> String {
    const CELL: &str = "padding:10px 0;border-bottom:1px solid #e5e2dc";
    let money = |money: Money| format_money(money, paid.locale);
    let mut rows = String::new();
    for line in &paid.lines {
        let name = title(&line.name, &line.variant_name, paid.locale);
        let _ = write!(
            rows,
            "<tr><td style=\"{CELL}\">{}</td><td align=\"right\" style=\"{CELL}\">{}</td>\
             <td align=\"right\" style=\"{CELL};white-space:nowrap\">{}</td></tr>",
            Escaped(&name),
            line.quantity.get(),
            money(line.line_total),
        );
    }
    let Words { lang, subject, hello, thanks, item, quantity, price, total, follow, goodbye, .. } = words;
    let (number, name, link) = (&paid.number, Escaped(&paid.buyer.name), Escaped(link));
    let (received, sum) = (words.paid, money(paid.total));
    format!(
        r#"<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{subject} {number}</title></head>
<body style="margin:0;background:#f6f4f0;color:#22201c;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">
<div style="max-width:560px;margin:0 auto;padding:24px">
<p style="font-size:20px;font-weight:700;margin:0 0 16px">{SHOP}</p>
<div style="background:#fff;border-radius:12px;padding:24px">
<p style="margin:0 0 12px">{hello} {name},</p>
<p style="margin:0 0 20px">{thanks} <strong style="white-space:nowrap">{number}</strong>.<br>{received}</p>
<table width="100%" cellspacing="0" cellpadding="0" style="border-collapse:collapse;margin:0 0 20px">
<thead><tr>
<th align="left" style="font-size:13px;font-weight:600;color:#6b665d">{item}</th>
<th align="right" style="font-size:13px;font-weight:600;color:#6b665d">{quantity}</th>
<th align="right" style="font-size:13px;font-weight:600;color:#6b665d">{price}</th>
</tr></thead>
<tbody>{rows}</tbody>
<tfoot><tr>
<th align="left" colspan="2" style="padding:12px 0">{total}</th>
<th align="right" style="padding:12px 0;white-space:nowrap">{sum}</th>
</tr></tfoot>
</table>
<p style="margin:0"><a href="{link}" style="display:inline-block;background:#1f4d3d;color:#fff;text-decoration:none;border-radius:8px;padding:12px 20px">{follow}</a></p>
</div>
<p style="margin:20px 0 0;color:#6b665d">{goodbye}<br>{SHOP}</p>
</div>
</body>
</html>
"#
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use contracts::ids::{OrderId, PaymentId};
    use contracts::orders::{Contact, DueLine, Quantity};
    use values::Currency;

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
             À bientôt,\nMcommerce\n",
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
        let html = Receipt::new(&paid, "https://shop.example").html;
        assert!(!html.contains("<script") && !html.contains("<img"));
        assert!(html.contains("&lt;script&gt;"));
    }
}
