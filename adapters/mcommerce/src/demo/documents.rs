//! Converts shelves to documents as functions read them.

use bson::{Bson, DateTime, Document, doc};
use sha2::{Digest, Sha256};
use uuid::Builder;

use super::shelf::{self, Category, Product, Text, Variant};

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// The documents of `categories`, and those of `products`.
///
/// Only `createdAt` and `updatedAt` differ between calls, because the files give them in days before today.
pub fn documents() -> (Vec<Document>, Vec<Document>) {
    let now = DateTime::now();
    let mut categories = Vec::new();
    let mut products = Vec::new();
    for shelf in shelf::all() {
        categories.push(doc! {
            "_id": &shelf.category.slug,
            "name": &shelf.category.name,
            "position": shelf.category.position,
        });
        products.extend(shelf.products.iter().map(|product| product_document(product, &shelf.category, now)));
    }
    (categories, products)
}

fn product_document(product: &Product, category: &Category, now: DateTime) -> Document {
    let prices = || product.variants.iter().map(|variant| variant.price.get());
    let cheapest = prices().min().expect("every product in the built-in files has variants");
    let dearest = prices().max().expect("every product in the built-in files has variants");
    let listed =
        DateTime::from_millis(now.timestamp_millis() - i64::from(product.listed_days_ago) * DAY_MILLIS);
    doc! {
        "_id": derived_id("product", &product.slug),
        "slug": &product.slug,
        "name": &product.name,
        "description": &product.description,
        "category": { "slug": &category.slug, "name": &category.name },
        "images": [{ "url": format!("/images/products/{}.svg", product.slug), "alt": &product.alt }],
        "variants": product.variants.iter().map(variant_document).collect::<Vec<_>>(),
        "priceFrom": euros(cheapest),
        "priceTo": euros(dearest),
        "createdAt": listed,
        "updatedAt": listed,
        "version": 1_i64,
    }
}

fn variant_document(variant: &Variant) -> Document {
    doc! {
        "id": derived_id("variant", &variant.sku),
        "sku": &variant.sku,
        "name": &variant.name,
        "price": euros(variant.price.get()),
        "stock": i64::from(variant.stock),
    }
}

fn euros(cents: u32) -> Document {
    doc! { "amount": i64::from(cents), "currency": "EUR" }
}

/// Derives a UUID of version 8 from a name, so that links and carts stay valid when the catalogue is loaded again.
fn derived_id(kind: &str, name: &str) -> String {
    let digest = Sha256::digest(format!("mcommerce demo {kind} {name}"));
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    Builder::from_custom_bytes(first).into_uuid().hyphenated().to_string()
}

impl From<&Text> for Bson {
    fn from(text: &Text) -> Self {
        doc! { "en": &text.en, "fr": &text.fr }.into()
    }
}
