//! The files in `demo/`, one a category.

use std::num::NonZeroU32;

use serde::Deserialize;

/// The texts of the files, in the order of their categories.
pub(super) const FILES: [(&str, &str); 5] = [
    ("kitchen.toml", include_str!("../../demo/kitchen.toml")),
    ("desk.toml", include_str!("../../demo/desk.toml")),
    ("bags.toml", include_str!("../../demo/bags.toml")),
    ("outdoors.toml", include_str!("../../demo/outdoors.toml")),
    ("light.toml", include_str!("../../demo/light.toml")),
];

/// A category and what stands in it.
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
    /// Names its picture as well: `/images/products/<slug>.svg`.
    pub(super) slug: String,
    /// How long before the first start it came into the catalogue, so that "newest first" has something to say.
    pub(super) listed_days_ago: u16,
    pub(super) name: Text,
    pub(super) description: Text,
    /// What its picture shows.
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

/// All shelves, as they are built into the program.
pub(super) fn all() -> Vec<Shelf> {
    let parse = |(file, text)| {
        toml::from_str(text).unwrap_or_else(|error| panic!("{file} is built in and parses: {error}"))
    };
    FILES.map(parse).into()
}
