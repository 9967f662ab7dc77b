//! Products as shoppers see them.

use contracts::catalogue::{Image, Slug};
use contracts::ids::ProductId;
use protocol::FacetCount;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::{LocalizedText, Moment, Money};

use crate::{Category, CategoryRef, Product, Variant};

/// A page of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ProductList {
    pub items: Vec<ProductSummary>,
    /// From 1.
    pub page: u32,
    /// The most products on a page.
    pub limit: u32,
    /// The number of products on all pages.
    pub total: u64,
    /// Every category, in the shop's order. The counts ignore the chosen category.
    pub categories: Vec<CategoryCount>,
}

/// A category, and the number of products in it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CategoryCount {
    pub slug: Slug,
    pub name: LocalizedText,
    pub count: u64,
}

/// A product in a list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductSummary {
    pub id: ProductId,
    pub slug: Slug,
    pub name: LocalizedText,
    pub category: CategoryRef,
    /// The main image, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// The price of the cheapest variant.
    pub price_from: Money,
    /// The price of the most expensive variant.
    pub price_to: Money,
    /// Whether any variant is in stock.
    pub in_stock: bool,
    pub variant_count: usize,
    pub created_at: Moment,
}

/// The fields of a stored product that a [`ProductSummary`] needs.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedProduct {
    #[serde(rename = "_id")]
    id: ProductId,
    slug: Slug,
    name: LocalizedText,
    category: CategoryRef,
    images: Vec<Image>,
    variants: Vec<ListedVariant>,
    price_from: Money,
    price_to: Money,
    created_at: Moment,
}
protocol::from_document!(ListedProduct);

#[derive(Clone, Copy, Debug, Deserialize)]
struct ListedVariant {
    stock: i64,
}

/// A product with everything a buyer needs to know.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Product)]
pub struct ProductView {
    pub id: ProductId,
    pub slug: Slug,
    pub name: LocalizedText,
    pub description: LocalizedText,
    pub category: CategoryRef,
    /// The main image first.
    pub images: Vec<Image>,
    pub variants: Vec<Variant>,
    /// The price of the cheapest variant.
    pub price_from: Money,
    /// The price of the most expensive variant.
    pub price_to: Money,
    /// Whether any variant is in stock.
    pub in_stock: bool,
    /// Counts edits, from 1.
    pub version: i64,
    pub created_at: Moment,
    pub updated_at: Moment,
}

impl From<ListedProduct> for ProductSummary {
    fn from(product: ListedProduct) -> Self {
        Self {
            id: product.id,
            slug: product.slug,
            name: product.name,
            category: product.category,
            image: product.images.into_iter().next(),
            price_from: product.price_from,
            price_to: product.price_to,
            in_stock: product.variants.iter().any(|variant| variant.stock > 0),
            variant_count: product.variants.len(),
            created_at: product.created_at,
        }
    }
}

impl From<Product> for ProductView {
    fn from(product: Product) -> Self {
        Self {
            in_stock: product.in_stock(),
            id: product.id,
            slug: product.slug,
            name: product.name,
            description: product.description,
            category: product.category,
            images: product.images,
            variants: product.variants,
            price_from: product.price_from,
            price_to: product.price_to,
            version: product.version,
            created_at: product.created_at,
            updated_at: product.updated_at,
        }
    }
}

/// Adds the counts to categories, whose order is kept; an empty category counts 0.
pub fn category_counts(categories: Vec<Category>, counts: &[FacetCount<String>]) -> Vec<CategoryCount> {
    let count_of =
        |slug: &Slug| counts.iter().find(|count| count.value == slug.as_str()).map_or(0, |count| count.count);
    categories
        .into_iter()
        .map(|category| CategoryCount {
            count: count_of(&category.slug),
            slug: category.slug,
            name: category.name,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::ids::VariantId;
    use values::Currency;

    fn text(text: &str) -> LocalizedText {
        LocalizedText { en: text.into(), fr: text.into() }
    }

    fn variant(amount: i64, stock: i64) -> Variant {
        Variant {
            id: VariantId::new(),
            sku: "A-1".parse().unwrap(),
            name: text("one"),
            price: Money::new(amount, Currency::Eur).unwrap(),
            stock,
        }
    }

    fn product(variants: Vec<Variant>) -> Product {
        let (price_from, price_to) = Product::price_range(&variants).unwrap();
        Product {
            id: ProductId::new(),
            slug: "tote".parse().unwrap(),
            name: text("Tote"),
            description: text("A tote."),
            category: CategoryRef { slug: "bags".parse().unwrap(), name: text("Bags") },
            images: vec![Image { url: "/images/products/tote.svg".into(), alt: text("A tote") }],
            variants,
            price_from,
            price_to,
            created_at: Moment::from_millis(1_795_170_000_123),
            updated_at: Moment::from_millis(1_795_170_000_123),
            version: 1,
        }
    }

    #[test]
    fn prices_range_from_the_cheapest_to_the_most_expensive_variant() {
        let product = product(vec![variant(300, 1), variant(100, 0), variant(200, 5)]);
        assert_eq!((product.price_from.amount(), product.price_to.amount()), (100, 300));
        assert_eq!(Product::price_range(&[]), None);
    }

    #[test]
    fn a_product_is_in_stock_when_one_variant_is() {
        assert!(ProductView::from(product(vec![variant(1, 0), variant(1, 1)])).in_stock);
        assert!(!ProductView::from(product(vec![variant(1, 0), variant(1, 0)])).in_stock);
    }

    #[test]
    fn a_stored_product_can_be_listed() {
        let stored = product(vec![variant(1, 0), variant(1, 2)]);
        let listed: ListedProduct =
            bson::deserialize_from_slice(&bson::serialize_to_vec(&stored).unwrap()).unwrap();
        let json = serde_json::to_value(ProductSummary::from(listed)).unwrap();
        assert_eq!(json["id"], serde_json::json!(stored.id));
        assert_eq!(json["image"]["url"], "/images/products/tote.svg");
        assert_eq!((&json["inStock"], &json["variantCount"]), (&true.into(), &2.into()));
        assert_eq!(json["createdAt"], "2026-11-20T10:20:00.123Z");
        assert_eq!(json["priceFrom"], serde_json::json!({ "amount": 1, "currency": "EUR" }));
    }

    #[test]
    fn an_empty_category_counts_0() {
        let category = |slug: &str| Category { slug: slug.parse().unwrap(), name: text(slug), position: 1 };
        let counts = [FacetCount { value: "bags".into(), count: 3 }];
        let counted = category_counts(vec![category("light"), category("bags")], &counts);
        let pairs: Vec<_> = counted.iter().map(|one| (one.slug.as_str(), one.count)).collect();
        assert_eq!(pairs, [("light", 0), ("bags", 3)]);
    }
}
