//! Products and categories as they are stored.

use contracts::catalogue::{Image, OFFERED, Sku, Slug};
use contracts::ids::{ProductId, VariantId};
use protocol::Collection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::{LocalizedText, Moment, Money};

pub const PRODUCTS: Collection<Product> = OFFERED.decoded_as();
protocol::document!(Product);

pub const CATEGORIES: Collection<Category> = Collection::new("categories");
protocol::document!(Category);

/// A product as it is stored. What is bought is one of its variants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    #[serde(rename = "_id")]
    pub id: ProductId,
    /// Unique.
    pub slug: Slug,
    pub name: LocalizedText,
    pub description: LocalizedText,
    pub category: CategoryRef,
    /// The main image first.
    pub images: Vec<Image>,
    /// At least one.
    pub variants: Vec<Variant>,
    /// The price of the cheapest variant.
    pub price_from: Money,
    /// The price of the most expensive variant.
    pub price_to: Money,
    pub created_at: Moment,
    /// When it was last edited; sales do not count.
    pub updated_at: Moment,
    /// Counts edits, from 1; sales do not count.
    pub version: i64,
}

/// One way a product is sold: a size, a colour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Variant {
    pub id: VariantId,
    /// Unique in the whole shop.
    pub sku: Sku,
    /// What distinguishes it from the other variants.
    pub name: LocalizedText,
    pub price: Money,
    #[schema(minimum = 0)]
    pub stock: i64,
}

/// A product's category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CategoryRef {
    pub slug: Slug,
    pub name: LocalizedText,
}

/// A category as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    #[serde(rename = "_id")]
    pub slug: Slug,
    pub name: LocalizedText,
    /// Orders the categories, smallest first.
    pub position: i64,
}

impl Product {
    /// The prices of the cheapest and the most expensive variant, for `price_from` and `price_to`; `None` without variants.
    pub fn price_range(variants: &[Variant]) -> Option<(Money, Money)> {
        let by_amount = |variant: &&Variant| variant.price.amount();
        let cheapest = variants.iter().min_by_key(by_amount)?;
        let most_expensive = variants.iter().max_by_key(by_amount)?;
        Some((cheapest.price, most_expensive.price))
    }

    pub fn in_stock(&self) -> bool {
        self.variants.iter().any(|variant| variant.stock > 0)
    }

    pub fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }
}
