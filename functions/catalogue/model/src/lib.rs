//! Products, variants, prices and stock: rules without I/O.

mod listing;
mod names;
mod product;
pub mod stock;
mod view;

pub use listing::{ListParameters, Listing, Sort};
pub use names::{NameError, Sku, Slug};
pub use product::{
    CATEGORIES, Category, CategoryRef, Image, PRODUCTS, Product, ProductId, Variant, VariantId,
};
pub use view::{CategoryCount, ListedProduct, ProductList, ProductSummary, ProductView, category_counts};
