//! Products as shoppers see them.

use kit::{LocalizedText, Moment, Money};
use protocol::FacetCount;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Category, CategoryRef, Image, Product, ProductId, Slug, Variant};

/// A page of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ProductList {
    /// The products on this page.
    pub items: Vec<ProductSummary>,
    /// Which page this is, from 1.
    pub page: u32,
    /// How many products a page holds at the most.
    pub limit: u32,
    /// How many products there are on all pages.
    pub total: u64,
    /// Every category in the shop's order, with the products that meet the other wishes.
    pub categories: Vec<CategoryCount>,
}

/// A category and how much it holds.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CategoryCount {
    /// Its name in addresses.
    pub slug: Slug,
    /// What it is called.
    pub name: LocalizedText,
    /// How many products.
    pub count: u64,
}

/// A product in a list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductSummary {
    /// Its id.
    pub id: ProductId,
    /// Its name in addresses.
    pub slug: Slug,
    /// What it is called.
    pub name: LocalizedText,
    /// Where it stands.
    pub category: CategoryRef,
    /// Its main picture; a product without pictures has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// The price of the cheapest variant.
    pub price_from: Money,
    /// The price of the dearest variant.
    pub price_to: Money,
    /// Whether any variant can be bought.
    pub in_stock: bool,
    /// How many variants there are to choose from.
    pub variant_count: usize,
    /// When it came into the catalogue.
    pub created_at: Moment,
}

/// The fields of a stored product that a [`ProductSummary`] is made of.
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
kit::from_document!(ListedProduct);

#[derive(Clone, Copy, Debug, Deserialize)]
struct ListedVariant {
    stock: i64,
}

/// A product with all there is to know before buying.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Product)]
pub struct ProductView {
    /// Its id.
    pub id: ProductId,
    /// Its name in addresses.
    pub slug: Slug,
    /// What it is called.
    pub name: LocalizedText,
    /// What it is like.
    pub description: LocalizedText,
    /// Where it stands.
    pub category: CategoryRef,
    /// Its pictures, the main one first.
    pub images: Vec<Image>,
    /// What can be bought.
    pub variants: Vec<Variant>,
    /// The price of the cheapest variant.
    pub price_from: Money,
    /// The price of the dearest variant.
    pub price_to: Money,
    /// Whether any variant can be bought.
    pub in_stock: bool,
    /// How often it was edited, from 1.
    pub version: i64,
    /// When it came into the catalogue.
    pub created_at: Moment,
    /// When it was last edited.
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

/// The categories in the order given, each with its count; one that nothing stands in counts 0.
#[must_use]
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
    use crate::VariantId;
    use kit::Currency;

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
    fn prices_range_from_the_cheapest_to_the_dearest_variant() {
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
    fn what_is_stored_can_be_listed() {
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
    fn a_category_nothing_stands_in_counts_nothing() {
        let category = |slug: &str| Category { slug: slug.parse().unwrap(), name: text(slug), position: 1 };
        let counts = [FacetCount { value: "bags".into(), count: 3 }];
        let counted = category_counts(vec![category("light"), category("bags")], &counts);
        let pairs: Vec<_> = counted.iter().map(|one| (one.slug.as_str(), one.count)).collect();
        assert_eq!(pairs, [("light", 0), ("bags", 3)]);
    }
}
