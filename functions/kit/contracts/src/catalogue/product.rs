use protocol::Collection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::{LocalizedText, Money};

use super::names::Sku;
use crate::ids::{ProductId, VariantId};

/// The products, as far as a buyer's domain reads them.
pub const OFFERED: Collection<OfferedProduct> = Collection::new("products");
protocol::from_document!(OfferedProduct);

/// What an order copies of a product.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct OfferedProduct {
    #[serde(rename = "_id")]
    pub id: ProductId,
    pub name: LocalizedText,
    pub images: Vec<Image>,
    pub variants: Vec<OfferedVariant>,
}

/// What an order copies of a variant, and what is left of it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct OfferedVariant {
    pub id: VariantId,
    pub sku: Sku,
    pub name: LocalizedText,
    pub price: Money,
    pub stock: i64,
}

/// An image of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Image {
    /// Its address; a path is one of the shop's own.
    #[schema(example = "/images/products/canvas-tote.svg")]
    pub url: String,
    /// What it shows, for those who can't see it.
    pub alt: LocalizedText,
}
