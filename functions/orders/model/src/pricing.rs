use std::collections::HashMap;

use catalogue_model::{Product, Variant, VariantId};
use kit::{FieldError, Money, MoneyError, Problem};

use crate::{OrderLine, Wanted};

/// What wanted items cost by the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    lines: Vec<OrderLine>,
    total: Money,
}

/// Why items can't be offered.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// The catalogue does not have some of them; each is named.
    Unknown(Vec<FieldError>),
    /// Fewer are left than are wanted; each is named.
    Short(Vec<FieldError>),
    /// They cost more than the shop handles.
    TooMuch(MoneyError),
}

/// Prices items from the catalogue.
pub fn price(wanted: &[Wanted], products: &[Product]) -> Result<Offer, Refusal> {
    let sold: HashMap<VariantId, (&Product, &Variant)> = products
        .iter()
        .flat_map(|product| product.variants.iter().map(move |variant| (variant.id, (product, variant))))
        .collect();
    let (mut unknown, mut short, mut lines) = (Vec::new(), Vec::new(), Vec::with_capacity(wanted.len()));
    for (n, item) in wanted.iter().enumerate() {
        let Some((product, variant)) = sold.get(&item.variant) else {
            unknown.push(FieldError::invalid(format!("items[{n}].variantId"), "is not sold"));
            continue;
        };
        if variant.stock < i64::from(item.quantity.get()) {
            short.push(FieldError {
                field: format!("items[{n}].quantity"),
                code: "out_of_stock",
                message: match variant.stock {
                    ..=0 => "none left".into(),
                    left => format!("only {left} left"),
                },
            });
            continue;
        }
        lines.push(line(product, variant, *item).map_err(Refusal::TooMuch)?);
    }
    if !unknown.is_empty() {
        return Err(Refusal::Unknown(unknown));
    }
    if !short.is_empty() {
        return Err(Refusal::Short(short));
    }
    let total = total(&lines).map_err(Refusal::TooMuch)?;
    total
        .map(|total| Offer { lines, total })
        .ok_or_else(|| Refusal::Unknown(vec![FieldError::invalid("items", "must be at least 1 line")]))
}

fn line(product: &Product, variant: &Variant, item: Wanted) -> Result<OrderLine, MoneyError> {
    Ok(OrderLine {
        product_id: product.id,
        variant_id: variant.id,
        sku: variant.sku.clone(),
        name: product.name.clone(),
        variant_name: variant.name.clone(),
        image: product.images.first().cloned(),
        unit_price: variant.price,
        quantity: item.quantity,
        line_total: variant.price.times(item.quantity.get())?,
    })
}

/// The sum of the lines; `None` of no lines, which have no currency.
fn total(lines: &[OrderLine]) -> Result<Option<Money>, MoneyError> {
    lines.iter().try_fold(None, |sum: Option<Money>, line| {
        sum.map_or(Ok(line.line_total), |sum| sum.plus(line.line_total)).map(Some)
    })
}

impl Offer {
    /// What is offered.
    #[must_use]
    pub fn lines(&self) -> &[OrderLine] {
        &self.lines
    }

    /// The lines and what they cost together.
    #[must_use]
    pub fn into_parts(self) -> (Vec<OrderLine>, Money) {
        (self.lines, self.total)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unknown(fields) => Self::invalid(fields),
            Refusal::Short(fields) => {
                Self::conflict("out_of_stock", "Fewer are left than are wanted.").with_fields(fields)
            }
            Refusal::TooMuch(error) => Self::invalid(vec![FieldError::invalid("items", error)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Quantity;
    use crate::testing::product;
    use proptest::prelude::*;

    fn wanted(product: &Product, quantities: &[u32]) -> Vec<Wanted> {
        product
            .variants
            .iter()
            .zip(quantities)
            .map(|(variant, quantity)| Wanted {
                variant: variant.id,
                quantity: Quantity::try_from(*quantity).unwrap(),
            })
            .collect()
    }

    fn field(refusal: Refusal) -> (u16, Vec<(String, String)>) {
        let problem = Problem::from(refusal);
        let fields = problem.fields().iter().map(|f| (f.field.clone(), f.message.clone())).collect();
        (problem.status().as_u16(), fields)
    }

    #[test]
    fn each_short_item_is_named_with_what_is_left() {
        let product = product(&[(100, 7), (100, 0), (100, 2)]);
        let (status, fields) = field(price(&wanted(&product, &[7, 1, 3]), &[product]).unwrap_err());
        assert_eq!(status, 409);
        let expected = [("items[1].quantity", "none left"), ("items[2].quantity", "only 2 left")];
        assert_eq!(fields, expected.map(|(field, message)| (field.to_owned(), message.to_owned())));
    }

    #[test]
    fn a_variant_that_is_not_sold_is_named() {
        let product = product(&[(100, 7)]);
        let (status, fields) = field(price(&wanted(&product, &[1]), &[]).unwrap_err());
        assert_eq!((status, fields[0].0.as_str()), (422, "items[0].variantId"));
    }

    #[test]
    fn a_sum_beyond_what_the_shop_handles_is_refused() {
        let product = product(&[(10_000_000_000, 99)]);
        let refusal = price(&wanted(&product, &[2]), &[product]).unwrap_err();
        assert_eq!(refusal, Refusal::TooMuch(MoneyError::OutOfRange));
    }

    proptest! {
        #[test]
        fn a_total_is_the_sum_of_price_times_quantity(
            lines in proptest::collection::vec((0_i64..10_000_000, 1_u32..=99), 1..50),
        ) {
            let product = product(&lines.iter().map(|(amount, _)| (*amount, 99)).collect::<Vec<_>>());
            let quantities: Vec<u32> = lines.iter().map(|(_, quantity)| *quantity).collect();
            let exact: i64 = lines.iter().map(|(amount, quantity)| amount * i64::from(*quantity)).sum();
            match price(&wanted(&product, &quantities), std::slice::from_ref(&product)) {
                Ok(offer) => {
                    let (lines, total) = offer.into_parts();
                    prop_assert_eq!(total.amount(), exact);
                    prop_assert_eq!(lines.iter().map(|line| line.line_total.amount()).sum::<i64>(), exact);
                    prop_assert_eq!(lines.len(), quantities.len());
                }
                Err(refusal) => {
                    prop_assert_eq!(refusal, Refusal::TooMuch(MoneyError::OutOfRange));
                    prop_assert!(exact > 10_000_000_000);
                }
            }
        }

        #[test]
        fn more_than_there_is_is_never_offered(stock in -5_i64..=99, quantity in 1_u32..=99) {
            let product = product(&[(1999, stock)]);
            let offered = price(&wanted(&product, &[quantity]), std::slice::from_ref(&product));
            prop_assert_eq!(offered.is_ok(), i64::from(quantity) <= stock);
        }
    }
}
