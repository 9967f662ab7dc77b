use values::{Currency, Locale, Money};

/// Formats an amount: `€1,234.50` in English, `1 234,50 €` in French, with non-breaking spaces.
pub fn format_money(money: Money, locale: Locale) -> String {
    const NARROW_NO_BREAK_SPACE: char = '\u{202f}';
    const NO_BREAK_SPACE: char = '\u{a0}';
    let sign = match (money.amount() < 0, locale) {
        (false, _) => "",
        (true, Locale::En) => "-",
        (true, Locale::Fr) => "\u{2212}",
    };
    let Currency::Eur = money.currency();
    let minor = money.amount().unsigned_abs();
    let (units, cents) = (minor / 100, minor % 100);
    match locale {
        Locale::En => format!("{sign}€{}.{cents:02}", in_thousands(units, ',')),
        Locale::Fr => {
            format!("{sign}{},{cents:02}{NO_BREAK_SPACE}€", in_thousands(units, NARROW_NO_BREAK_SPACE))
        }
    }
}

fn in_thousands(number: u64, separator: char) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn both(amount: i64) -> (String, String) {
        let money = Money::new(amount, Currency::Eur).unwrap();
        (format_money(money, Locale::En), format_money(money, Locale::Fr))
    }

    #[test]
    fn money_is_formatted_for_the_language() {
        assert_eq!(both(123_450), ("€1,234.50".into(), "1\u{202f}234,50\u{a0}€".into()));
        assert_eq!(both(5), ("€0.05".into(), "0,05\u{a0}€".into()));
        assert_eq!(both(-99_900), ("-€999.00".into(), "\u{2212}999,00\u{a0}€".into()));
        assert_eq!(both(10_000_000_000).0, "€100,000,000.00");
    }

    proptest! {
        #[test]
        fn no_cent_is_lost(amount in -10_000_000_000_i64..=10_000_000_000) {
            let (english, french) = both(amount);
            for text in [english, french] {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                prop_assert_eq!(digits.parse::<i64>().unwrap(), amount.abs());
            }
        }
    }
}
