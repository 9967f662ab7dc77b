use std::collections::HashMap;

use contracts::catalogue::{OfferedProduct, OfferedVariant};
use contracts::ids::VariantId;
use values::{FieldCode, FieldFault, Money, MoneyError};

use crate::{NotPlaced, OrderLine, Wanted};

/// Items at the catalogue's prices.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    lines: Vec<OrderLine>,
    total: Money,
}

/// Prices items from the catalogue.
pub fn price(wanted: &[Wanted], products: &[OfferedProduct]) -> Result<Offer, NotPlaced> {
    let sold: HashMap<VariantId, (&OfferedProduct, &OfferedVariant)> = products
        .iter()
        .flat_map(|product| product.variants.iter().map(move |variant| (variant.id, (product, variant))))
        .collect();
    let (mut unknown, mut short, mut lines) = (Vec::new(), Vec::new(), Vec::with_capacity(wanted.len()));
    for (n, item) in wanted.iter().enumerate() {
        let Some((product, variant)) = sold.get(&item.variant) else {
            let not_sold = FieldFault::new(FieldCode::NotSold, "is not for sale");
            unknown.push(not_sold.at(format!("items[{n}].variantId")));
            continue;
        };
        if variant.stock < i64::from(item.quantity.get()) {
            short.push(FieldFault::out_of_stock(variant.stock).at(format!("items[{n}].quantity")));
            continue;
        }
        lines.push(line(product, variant, *item).map_err(too_much)?);
    }
    if !unknown.is_empty() {
        return Err(NotPlaced::NotSold(unknown));
    }
    if !short.is_empty() {
        return Err(NotPlaced::OutOfStock(short));
    }
    let total = total(&lines).map_err(too_much)?;
    total.map(|total| Offer { lines, total }).ok_or_else(|| {
        NotPlaced::NotSold(vec![FieldFault::new(FieldCode::Missing, "must not be empty").at("items")])
    })
}

fn too_much(error: MoneyError) -> NotPlaced {
    NotPlaced::NotSold(vec![FieldFault::with_message(FieldCode::Format, error.to_string()).at("items")])
}

fn line(product: &OfferedProduct, variant: &OfferedVariant, item: Wanted) -> Result<OrderLine, MoneyError> {
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

/// The sum of the lines; `None` if there are none, because then there is no currency.
fn total(lines: &[OrderLine]) -> Result<Option<Money>, MoneyError> {
    lines.iter().try_fold(None, |sum: Option<Money>, line| {
        sum.map_or(Ok(line.line_total), |sum| sum.plus(line.line_total)).map(Some)
    })
}

impl Offer {
    pub fn lines(&self) -> &[OrderLine] {
        &self.lines
    }

    /// The lines and their total.
    pub fn into_parts(self) -> (Vec<OrderLine>, Money) {
        (self.lines, self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::product;
    use contracts::orders::Quantity;
    use proptest::prelude::*;
    use values::{Refusal as _, Refused, Status};

    fn wanted(product: &OfferedProduct, quantities: &[i64]) -> Vec<Wanted> {
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

    fn too_much() -> NotPlaced {
        super::too_much(MoneyError::OutOfRange)
    }

    #[test]
    fn each_short_item_is_named_with_what_is_left() {
        let product = product(&[(100, 7), (100, 0), (100, 2)]);
        let refusal = price(&wanted(&product, &[7, 1, 3]), &[product]).unwrap_err();
        let Refused { status, code, fields, .. } = refusal.into_refused();
        assert_eq!((status, code), (Status::Conflict, "out_of_stock"));
        let named: Vec<_> =
            fields.iter().map(|it| (it.field.as_str(), it.message.as_ref(), it.max)).collect();
        let expected =
            [("items[1].quantity", "none left", Some(0)), ("items[2].quantity", "only 2 left", Some(2))];
        assert_eq!(named, expected);
    }

    #[test]
    fn a_variant_that_is_not_for_sale_is_named() {
        let product = product(&[(100, 7)]);
        let refused = price(&wanted(&product, &[1]), &[]).unwrap_err().into_refused();
        assert_eq!((refused.status, refused.code), (Status::UnprocessableContent, "invalid_fields"));
        assert_eq!(refused.fields[0].field, "items[0].variantId");
    }

    #[test]
    fn a_total_beyond_the_largest_amount_is_refused() {
        let product = product(&[(10_000_000_000, 99)]);
        let refusal = price(&wanted(&product, &[2]), &[product]).unwrap_err();
        assert_eq!(refusal, too_much());
    }

    proptest! {
        #[test]
        fn a_total_is_the_sum_of_price_times_quantity(
            lines in proptest::collection::vec((0_i64..10_000_000, 1_i64..=99), 1..50),
        ) {
            let product = product(&lines.iter().map(|(amount, _)| (*amount, 99)).collect::<Vec<_>>());
            let quantities: Vec<i64> = lines.iter().map(|(_, quantity)| *quantity).collect();
            let exact: i64 = lines.iter().map(|(amount, quantity)| amount * quantity).sum();
            match price(&wanted(&product, &quantities), std::slice::from_ref(&product)) {
                Ok(offer) => {
                    let (lines, total) = offer.into_parts();
                    prop_assert_eq!(total.amount(), exact);
                    prop_assert_eq!(lines.iter().map(|line| line.line_total.amount()).sum::<i64>(), exact);
                    prop_assert_eq!(lines.len(), quantities.len());
                }
                Err(refusal) => {
                    prop_assert_eq!(refusal, too_much());
                    prop_assert!(exact > 10_000_000_000);
                }
            }
        }

        #[test]
        fn more_than_is_in_stock_is_never_offered(stock in -5_i64..=99, quantity in 1_i64..=99) {
            let product = product(&[(1999, stock)]);
            let offered = price(&wanted(&product, &[quantity]), std::slice::from_ref(&product));
            prop_assert_eq!(offered.is_ok(), quantity <= stock);
        }
    }
}
