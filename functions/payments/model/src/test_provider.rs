use contracts::payments::FailureCode;

use crate::{Charge, Charged, Provider, ProviderError};

/// A provider that takes no money. The card number decides what it does:
///
/// | number | what it does |
/// | --- | --- |
/// | 4242 4242 4242 4242 | succeeds |
/// | 4000 0000 0000 9995 | declines: not enough money |
/// | 4000 0000 0000 0119 | fails at first, succeeds when asked again under the same key |
/// | 4000 0000 0000 0259 | never answers in time |
/// | any other | declines |
///
/// It has no state: the attempt tells it whether it was asked before.
#[derive(Clone, Copy, Debug)]
pub struct TestProvider;

impl TestProvider {
    fn decide(charge: Charge<'_>) -> Result<Charged, ProviderError> {
        match charge.card.number().reveal() {
            "4000000000000119" if charge.attempt <= 1 => Err(ProviderError::Failed),
            "4242424242424242" | "4000000000000119" => {
                Ok(Charged::Succeeded { reference: format!("test_{}", charge.payment) })
            }
            "4000000000009995" => Ok(Charged::Declined(FailureCode::InsufficientFunds)),
            "4000000000000259" => Err(ProviderError::TimedOut),
            _ => Ok(Charged::Declined(FailureCode::CardDeclined)),
        }
    }
}

impl Provider for TestProvider {
    fn name(&self) -> &'static str {
        "test"
    }

    async fn charge(&self, charge: Charge<'_>) -> Result<Charged, ProviderError> {
        Self::decide(charge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::card;
    use contracts::ids::PaymentId;
    use values::{Currency, Money};

    fn asked(number: &str, attempt: i64) -> Result<Charged, ProviderError> {
        let card = card(number);
        let amount = Money::zero(Currency::Eur);
        TestProvider::decide(Charge { payment: PaymentId::new(), amount, card: &card, attempt })
    }

    #[test]
    fn each_test_card_does_what_it_is_for() {
        assert!(matches!(asked("4242424242424242", 1), Ok(Charged::Succeeded { .. })));
        assert_eq!(asked("4000000000000002", 1), Ok(Charged::Declined(FailureCode::CardDeclined)));
        assert_eq!(asked("4000000000009995", 1), Ok(Charged::Declined(FailureCode::InsufficientFunds)));
        assert_eq!(asked("4000000000000259", 7), Err(ProviderError::TimedOut));
        assert_eq!(asked("5555555555554444", 1), Ok(Charged::Declined(FailureCode::CardDeclined)));
    }

    #[test]
    fn a_card_that_fails_at_first_succeeds_when_asked_again() {
        assert_eq!(asked("4000000000000119", 1), Err(ProviderError::Failed));
        assert!(matches!(asked("4000000000000119", 2), Ok(Charged::Succeeded { .. })));
    }

    #[test]
    fn one_key_has_one_answer() {
        let (payment, card) = (PaymentId::new(), card("4242424242424242"));
        let charge = |attempt| Charge { payment, amount: Money::zero(Currency::Eur), card: &card, attempt };
        assert_eq!(TestProvider::decide(charge(1)), TestProvider::decide(charge(2)));
    }
}
