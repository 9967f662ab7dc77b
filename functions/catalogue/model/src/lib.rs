//! Products, variants, prices and stock: rules without I/O.

mod listing;
mod product;
mod refusals;
mod view;

pub use listing::{ListParameters, Listing, Sort};
pub use product::{CATEGORIES, Category, CategoryRef, PRODUCTS, Product, Variant};
pub use refusals::NoSuchProduct;
pub use view::{CategoryCount, ListedProduct, ProductList, ProductSummary, ProductView, category_counts};
