//! The files in `demo/`, one for each category.

use std::num::NonZeroU32;

use serde::Deserialize;

/// File names and contents, in the order of the categories.
pub(super) const FILES: [(&str, &str); 5] = [
    ("kitchen.toml", include_str!("../../demo/kitchen.toml")),
    ("desk.toml", include_str!("../../demo/desk.toml")),
    ("bags.toml", include_str!("../../demo/bags.toml")),
    ("outdoors.toml", include_str!("../../demo/outdoors.toml")),
    ("light.toml", include_str!("../../demo/light.toml")),
];

/// A category and its products.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shelf {
    pub(super) category: Category,
    pub(super) products: Vec<Product>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Category {
    pub(super) slug: String,
    pub(super) position: i64,
    pub(super) name: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Product {
    /// Also the name of the picture: `/images/products/<slug>.svg`.
    pub(super) slug: String,
    /// How long before the first start the product was listed, so that products can be sorted by age.
    pub(super) listed_days_ago: u16,
    pub(super) name: Text,
    pub(super) description: Text,
    /// Describes the picture.
    pub(super) alt: Text,
    pub(super) variants: Vec<Variant>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variant {
    pub(super) sku: String,
    pub(super) name: Text,
    /// In euro cents.
    pub(super) price: NonZeroU32,
    pub(super) stock: u32,
}

/// A text in both languages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    pub(super) en: String,
    pub(super) fr: String,
}

pub(super) fn all() -> Vec<Shelf> {
    let parse =
        |(file, text)| toml::from_str(text).unwrap_or_else(|error| panic!("built-in {file}: {error}"));
    FILES.map(parse).into()
}
