//! What other domains know of the catalogue: what is for sale, at which price, and how stock is taken.

mod names;
mod product;
pub mod stock;

pub use names::{InvalidSku, InvalidSlug, Sku, Slug};
pub use product::{Image, OFFERED, OfferedProduct, OfferedVariant};
