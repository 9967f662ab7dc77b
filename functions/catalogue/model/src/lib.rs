//! Products, variants, prices and stock: rules without I/O.

mod names;
mod product;
pub mod stock;

pub use names::{NameError, Sku, Slug};
pub use product::{
    CATEGORIES, Category, CategoryRef, Image, PRODUCTS, Product, ProductId, Variant, VariantId,
};
