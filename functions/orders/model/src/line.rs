use catalogue_model::{Image, ProductId, Sku, VariantId};
use kit::{LocalizedText, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many of one variant are bought: 1 to 99.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schema(value_type = u32, minimum = 1, maximum = 99, example = 2)]
pub struct Quantity(u32);

/// A number that is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 99")]
pub struct UnknownQuantity;

/// What was bought, as it was when it was bought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderLine {
    /// The product.
    pub product_id: ProductId,
    /// The variant of it.
    pub variant_id: VariantId,
    /// The variant's SKU.
    pub sku: Sku,
    /// What the product was called.
    pub name: LocalizedText,
    /// What the variant was called.
    pub variant_name: LocalizedText,
    /// The product's main picture, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// What one cost.
    pub unit_price: Money,
    /// How many.
    pub quantity: Quantity,
    /// What they cost together.
    pub line_total: Money,
}

impl Quantity {
    const MAX: u32 = 99;

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Quantity {
    type Error = UnknownQuantity;

    fn try_from(count: u32) -> Result<Self, UnknownQuantity> {
        if (1..=Self::MAX).contains(&count) { Ok(Self(count)) } else { Err(UnknownQuantity) }
    }
}

impl TryFrom<i64> for Quantity {
    type Error = UnknownQuantity;

    fn try_from(count: i64) -> Result<Self, UnknownQuantity> {
        u32::try_from(count).map_err(|_| UnknownQuantity)?.try_into()
    }
}

impl From<Quantity> for u32 {
    fn from(quantity: Quantity) -> Self {
        quantity.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_1_to_99() {
        for bad in [i64::MIN, -1, 0, 100, i64::MAX] {
            assert_eq!(Quantity::try_from(bad), Err(UnknownQuantity), "{bad} was taken");
        }
        assert_eq!(Quantity::try_from(99_i64).map(Quantity::get), Ok(99));
        assert_eq!(Quantity::try_from(1_i64).map(Quantity::get), Ok(1));
    }
}
