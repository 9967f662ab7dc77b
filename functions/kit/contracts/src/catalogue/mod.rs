//! What other domains know of the catalogue: what is for sale, at which price, and how stock is taken.

mod names;
mod product;
pub mod stock;

pub use names::{InvalidSku, InvalidSlug, Sku, Slug};
pub use product::{Image, OFFERED, OfferedProduct, OfferedVariant};

use values::Id;

/// What a [`ProductId`] is the id of.
#[derive(Debug)]
pub enum CatalogueProduct {}

/// What a [`VariantId`] is the id of.
#[derive(Debug)]
pub enum ProductVariant {}

/// The id of a product.
pub type ProductId = Id<CatalogueProduct>;

/// The id of a variant, unique in the whole shop.
pub type VariantId = Id<ProductVariant>;
