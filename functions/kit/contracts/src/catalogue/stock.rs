//! Operations that take stock and give it back, safe however many buyers there are: the filter states what must be true when
//! the transaction commits, so nothing can be oversold.

use protocol::{Change, Filter, Update, path};
use values::Money;

use crate::ids::VariantId;

/// Matches the products of these variants.
#[must_use]
pub fn holding(variants: impl IntoIterator<Item = VariantId>) -> Filter {
    Filter::In(path("variants.id"), variants.into_iter().map(Into::into).collect())
}

/// Takes `quantity` of a variant: an update of products that must match exactly 1. It matches 0 when fewer are left, or when
/// the variant no longer costs `unit_price`.
#[must_use]
pub fn take(variant: VariantId, unit_price: Money, quantity: u32) -> (Filter, Update) {
    let guard = Filter::And(vec![
        Filter::Eq(path("id"), variant.into()),
        Filter::Eq(path("price.amount"), unit_price.amount().into()),
        Filter::Eq(path("price.currency"), unit_price.currency().code().into()),
        Filter::Gte(path("stock"), quantity.into()),
    ]);
    // Repeats the id outside the element, where an index can serve it.
    let filter = holding([variant]).and(Filter::Element(path("variants"), Box::new(guard)));
    (filter, add(variant, -i64::from(quantity)))
}

/// Takes `quantity` of a variant whose price was agreed earlier: like [`take`], whatever it costs now.
#[must_use]
pub fn take_again(variant: VariantId, quantity: u32) -> (Filter, Update) {
    let guard = Filter::And(vec![
        Filter::Eq(path("id"), variant.into()),
        Filter::Gte(path("stock"), quantity.into()),
    ]);
    let filter = holding([variant]).and(Filter::Element(path("variants"), Box::new(guard)));
    (filter, add(variant, -i64::from(quantity)))
}

/// Gives `quantity` of a variant back: an update of products that matches 1, or 0 when the variant is no longer sold.
#[must_use]
pub fn give_back(variant: VariantId, quantity: u32) -> (Filter, Update) {
    (holding([variant]), add(variant, i64::from(quantity)))
}

fn add(variant: VariantId, by: i64) -> Update {
    Update(vec![Change::IncElement {
        array: path("variants"),
        key: path("id"),
        equals: variant.into(),
        field: path("stock"),
        by,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Check as _;
    use values::Currency;

    #[test]
    fn what_is_asked_of_the_bridge_is_within_its_limits() {
        let variant = VariantId::new();
        let price = Money::new(1999, Currency::Eur).unwrap();
        for (filter, update) in [take(variant, price, 99), take_again(variant, 99), give_back(variant, 99)] {
            filter.check().unwrap();
            update.check().unwrap();
        }
        holding(std::iter::repeat_with(VariantId::new).take(50)).check().unwrap();
    }

    #[test]
    fn what_is_taken_and_given_back_cancels_out() {
        let variant = VariantId::new();
        let by = |update: Update| match update.0.as_slice() {
            [Change::IncElement { by, .. }] => *by,
            other => panic!("one change was expected, not {other:?}"),
        };
        let (_, taken) = take(variant, Money::zero(Currency::Eur), 3);
        let (_, given) = give_back(variant, 3);
        assert_eq!((by(taken), by(given)), (-3, 3));
    }
}
