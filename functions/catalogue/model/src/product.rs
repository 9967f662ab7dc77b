//! Products and categories as they are stored.

use kit::{Collection, Id, LocalizedText, Moment, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Sku, Slug};

/// The products, variants and stock included.
pub const PRODUCTS: Collection<Product> = Collection::new("products");
kit::document!(Product);

/// The categories that products stand in.
pub const CATEGORIES: Collection<Category> = Collection::new("categories");
kit::document!(Category);

/// The id of a product.
pub type ProductId = Id<Product>;

/// The id of a variant, unique in the whole shop.
pub type VariantId = Id<Variant>;

/// A product as it is stored: what is bought is one of its variants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: ProductId,
    /// Its name in addresses; no two products share one.
    pub slug: Slug,
    /// What it is called.
    pub name: LocalizedText,
    /// What it is like.
    pub description: LocalizedText,
    /// Where it stands.
    pub category: CategoryRef,
    /// Its pictures, the main one first.
    pub images: Vec<Image>,
    /// What can be bought; at least one.
    pub variants: Vec<Variant>,
    /// The price of the cheapest variant.
    pub price_from: Money,
    /// The price of the dearest variant.
    pub price_to: Money,
    /// When it came into the catalogue.
    pub created_at: Moment,
    /// When it was last edited; sales do not count.
    pub updated_at: Moment,
    /// How often it was edited, from 1; sales do not count.
    pub version: i64,
}

/// One way a product is sold: a size, a colour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Variant {
    /// Its id.
    pub id: VariantId,
    /// Its SKU; no two variants in the shop share one.
    pub sku: Sku,
    /// What tells it from the other variants.
    pub name: LocalizedText,
    /// What one costs.
    pub price: Money,
    /// How many can be sold, 0 or more.
    #[schema(minimum = 0)]
    pub stock: i64,
}

/// A picture of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Image {
    /// Where it is; a path is one of the shop's own.
    #[schema(example = "/images/products/canvas-tote.svg")]
    pub url: String,
    /// What it shows, for those who can't see it.
    pub alt: LocalizedText,
}

/// A category as a product carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CategoryRef {
    /// Its name in addresses.
    pub slug: Slug,
    /// What it is called.
    pub name: LocalizedText,
}

/// A category as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its name in addresses, which is its id.
    #[serde(rename = "_id")]
    pub slug: Slug,
    /// What it is called.
    pub name: LocalizedText,
    /// Where it stands among the categories, smallest first.
    pub position: i64,
}

impl Product {
    /// The prices of the cheapest and the dearest variant: what `price_from` and `price_to` hold. `None` of no variants.
    #[must_use]
    pub fn price_range(variants: &[Variant]) -> Option<(Money, Money)> {
        let by_amount = |variant: &&Variant| variant.price.amount();
        let cheapest = variants.iter().min_by_key(by_amount)?;
        let dearest = variants.iter().max_by_key(by_amount)?;
        Some((cheapest.price, dearest.price))
    }

    /// Whether any variant can be bought.
    #[must_use]
    pub fn in_stock(&self) -> bool {
        self.variants.iter().any(|variant| variant.stock > 0)
    }

    /// One of its variants.
    #[must_use]
    pub fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }
}
