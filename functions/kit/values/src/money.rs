use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount of money: a whole number of minor units (cents) of one currency. Never a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units: 1999 is 19.99 EUR.
    #[schema(example = 1999)]
    amount: i64,
    /// ISO 4217 code.
    currency: Currency,
}

/// A currency the shop sells in, by its ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Currency {
    /// Euro, 2 decimals.
    #[serde(rename = "EUR")]
    Eur,
}

/// Amounts that can't be computed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The result is beyond ±10,000,000,000 minor units.
    #[error("the amount is out of range")]
    OutOfRange,
    /// The amounts are of two currencies.
    #[error("amounts of two currencies can't be added")]
    TwoCurrencies,
}

/// The largest amount, in minor units.
const MAX_AMOUNT: i64 = 10_000_000_000;

impl Money {
    /// An amount of minor units, between minus and plus 10,000,000,000.
    pub fn new(amount: i64, currency: Currency) -> Result<Self, MoneyError> {
        if (-MAX_AMOUNT..=MAX_AMOUNT).contains(&amount) {
            Ok(Self { amount, currency })
        } else {
            Err(MoneyError::OutOfRange)
        }
    }

    /// Zero, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { amount: 0, currency }
    }

    /// Minor units.
    #[must_use]
    pub const fn amount(self) -> i64 {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum of two amounts.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::TwoCurrencies);
        }
        Self::new(self.amount.checked_add(other.amount).ok_or(MoneyError::OutOfRange)?, self.currency)
    }

    /// The amount multiplied.
    pub fn times(self, count: u32) -> Result<Self, MoneyError> {
        Self::new(self.amount.checked_mul(count.into()).ok_or(MoneyError::OutOfRange)?, self.currency)
    }
}

impl Currency {
    /// The ISO 4217 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Eur => "EUR",
        }
    }
}

/// `19.99 EUR`, for logs; what shoppers read is formatted for their language.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.amount < 0 { "-" } else { "" };
        let minor = self.amount.unsigned_abs();
        write!(f, "{sign}{}.{:02} {}", minor / 100, minor % 100, self.currency.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sums_are_exact_or_refused(a in any::<i64>(), b in any::<i64>(), n in any::<u32>()) {
            let exact = i128::from(a) + i128::from(b);
            if let (Ok(x), Ok(y)) = (Money::new(a, Currency::Eur), Money::new(b, Currency::Eur)) {
                match x.plus(y) {
                    Ok(sum) => prop_assert_eq!(i128::from(sum.amount()), exact),
                    Err(_) => prop_assert!(exact.abs() > i128::from(MAX_AMOUNT)),
                }
                match x.times(n) {
                    Ok(product) => prop_assert_eq!(i128::from(product.amount()), i128::from(a) * i128::from(n)),
                    Err(_) => prop_assert!((i128::from(a) * i128::from(n)).abs() > i128::from(MAX_AMOUNT)),
                }
            }
        }
    }

    #[test]
    fn money_is_shown_with_its_cents() {
        assert_eq!(Money::new(-5, Currency::Eur).unwrap().to_string(), "-0.05 EUR");
        assert_eq!(Money::new(1999, Currency::Eur).unwrap().to_string(), "19.99 EUR");
    }
}
