use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;
use std::path::Path;

use application::Application;
use catalogue_model::{Category, Product};
use mcommerce_bridge::open_store;
use protocol::{Change, Expect, Filter, TransactRequest, Update};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::TempDir;

use super::shelf::{self, FILES, Shelf, Text};
use super::*;

const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../frontend/public");
const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spin.toml");

fn all_different<T: Eq + Hash + Debug>(things: impl IntoIterator<Item = T>) {
    let mut seen = HashSet::new();
    for thing in things {
        let text = format!("{thing:?}");
        assert!(seen.insert(thing), "{text} is duplicated");
    }
}

/// Serializes and deserializes, as when two programs exchange a document.
fn recoded<T: DeserializeOwned>(written: &impl Serialize) -> T {
    bson::deserialize_from_slice(&bson::serialize_to_vec(written).unwrap()).unwrap()
}

fn texts(shelves: &[Shelf]) -> Vec<(String, &Text)> {
    let mut texts = Vec::new();
    for shelf in shelves {
        texts.push((shelf.category.slug.clone(), &shelf.category.name));
        for product in &shelf.products {
            for (what, text) in
                [("name", &product.name), ("description", &product.description), ("alt", &product.alt)]
            {
                texts.push((format!("{} {what}", product.slug), text));
            }
            texts.extend(product.variants.iter().map(|variant| (variant.sku.clone(), &variant.name)));
        }
    }
    texts
}

#[test]
fn five_categories_hold_at_least_four_products_each() {
    let shelves = shelf::all();
    assert_eq!(shelves.len(), 5);
    let count: usize = shelves.iter().map(|shelf| shelf.products.len()).sum();
    assert!(count >= 24, "{count} products");
    for (shelf, (file, _)) in shelves.iter().zip(FILES) {
        assert_eq!(format!("{}.toml", shelf.category.slug), file);
        assert!(shelf.products.len() >= 4, "{file} holds {}", shelf.products.len());
        assert!(shelf.products.iter().all(|product| (1..=4).contains(&product.variants.len())), "{file}");
    }
}

#[test]
fn every_text_is_in_both_languages() {
    for (where_, text) in texts(&shelf::all()) {
        for (language, words) in [("en", &text.en), ("fr", &text.fr)] {
            assert_eq!(words.trim(), words, "{where_} ({language}) begins or ends with a space");
            assert!(!words.is_empty(), "{where_} has no {language}");
        }
        assert!(text.en != text.fr || text.en.chars().count() < 20, "{where_} is not translated");
    }
    for product in shelf::all().iter().flat_map(|shelf| &shelf.products) {
        for words in [&product.description.en, &product.description.fr] {
            assert!((80..=400).contains(&words.chars().count()), "{}: {words}", product.slug);
        }
    }
}

#[test]
fn each_language_has_its_own_typography() {
    for (where_, text) in texts(&shelf::all()) {
        for words in [&text.en, &text.fr] {
            assert!(!words.contains(['\'', '"']), "{where_}: a straight quote in {words}");
        }
        let letters: Vec<char> = text.fr.chars().collect();
        for pair in letters.windows(2) {
            let before = match pair[1] {
                ';' | '!' | '?' => '\u{202f}',
                ':' | '»' => '\u{a0}',
                _ => continue,
            };
            assert_eq!(pair[0], before, "{where_}: the space before {} in {}", pair[1], text.fr);
        }
    }
}

#[test]
fn slugs_skus_ids_and_positions_are_unique() {
    let shelves = shelf::all();
    let products = || shelves.iter().flat_map(|shelf| &shelf.products);
    all_different(products().map(|product| &product.slug));
    all_different(products().flat_map(|product| &product.variants).map(|variant| &variant.sku));
    all_different(products().map(|product| product.listed_days_ago));
    all_different(shelves.iter().map(|shelf| shelf.category.position));
    let products: Vec<Product> = documents().1.iter().map(recoded).collect();
    all_different(products.iter().map(|product| product.id));
    all_different(products.iter().flat_map(|product| &product.variants).map(|variant| variant.id));
}

#[test]
fn a_product_is_sold_out_and_a_variant_is_nearly_sold_out() {
    let shelves = shelf::all();
    let products = || shelves.iter().flat_map(|shelf| &shelf.products);
    assert!(products().any(|product| product.variants.iter().all(|variant| variant.stock == 0)));
    assert!(products().flat_map(|product| &product.variants).any(|variant| (1..=3).contains(&variant.stock)));
}

#[test]
fn prices_are_plausible() {
    for variant in shelf::all().iter().flat_map(|shelf| &shelf.products).flat_map(|product| &product.variants)
    {
        assert!((450..=24_900).contains(&variant.price.get()), "{} costs {}", variant.sku, variant.price);
    }
}

#[test]
fn every_product_has_a_small_safe_picture() {
    for product in documents().1 {
        let url = product.get_array("images").unwrap()[0].as_document().unwrap().get_str("url").unwrap();
        let picture = std::fs::read_to_string(Path::new(PICTURES).join(url.trim_start_matches('/')))
            .unwrap_or_else(|error| panic!("{url}: {error}"));
        assert!(picture.starts_with("<svg ") && picture.len() < 6000, "{url} has {} bytes", picture.len());
        for bad in ["<script", "<image", "<foreignObject", "<text", "href=\"http", "url(http", " on"] {
            assert!(!picture.contains(bad), "{url} holds {bad}");
        }
    }
}

#[test]
fn every_document_is_valid_for_the_catalogue() {
    let (categories, products) = documents();
    for category in categories {
        let read: Category = recoded(&category);
        assert_eq!(recoded::<Document>(&read), category);
    }
    for product in products {
        let read: Product = recoded(&product);
        assert_eq!(Product::price_range(&read.variants), Some((read.price_from, read.price_to)));
        assert_eq!(recoded::<Document>(&read), product);
    }
}

#[test]
fn ids_do_not_change_between_starts() {
    let ids = || documents().1.iter().map(|p| p.get_str("_id").unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(), ids());
}

#[test]
fn the_catalogue_fits_into_one_transaction() {
    use protocol::Check as _;
    let (categories, products) = documents();
    let insert = |document| Operation::Insert { collection: products_name(), document };
    let operations: Vec<_> = categories.into_iter().chain(products).map(insert).collect();
    TransactRequest { operations, events: Vec::new() }.check().unwrap();
}

async fn empty_store() -> (TempDir, std::sync::Arc<dyn Store>) {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite:{}", folder.path().join("shop.db").display());
    let store = open_store(&url).unwrap();
    let application = Application::load(Path::new(MANIFEST)).unwrap();
    store.prepare(application.declarations().collections()).await.unwrap();
    (folder, store)
}

async fn count(store: &dyn Store, collection: CollectionName) -> u64 {
    let all = Query { total: true, limit: 0, ..Query::new(collection) };
    store.query(&all).await.unwrap().total.unwrap()
}

#[tokio::test]
async fn an_empty_store_is_stocked_once() {
    let (_folder, store) = empty_store().await;
    let products = documents().1.len();
    assert_eq!(load_if_empty(&*store).await.unwrap(), Loaded::Stocked { products });
    assert_eq!(load_if_empty(&*store).await.unwrap(), Loaded::AlreadyStocked);
    assert_eq!(count(&*store, products_name()).await, products as u64);
    assert_eq!(count(&*store, categories_name()).await, 5);
}

#[tokio::test]
async fn of_two_concurrent_loads_one_stocks_the_store() {
    let (_folder, store) = empty_store().await;
    let (one, other) = tokio::join!(load_if_empty(&*store), load_if_empty(&*store));
    let mut stocked = [one.unwrap(), other.unwrap()];
    stocked.sort_by_key(|loaded| *loaded == Loaded::AlreadyStocked);
    let products = documents().1.len();
    assert_eq!(stocked, [Loaded::Stocked { products }, Loaded::AlreadyStocked]);
    assert_eq!(count(&*store, products_name()).await, products as u64);
}

#[tokio::test]
async fn existing_categories_are_kept() {
    let (_folder, store) = empty_store().await;
    load_if_empty(&*store).await.unwrap();
    let rename = Update(vec![Change::Set(protocol::Path::parse("name.en").unwrap(), "Kitchenware".into())]);
    let renamed = Operation::Update {
        collection: categories_name(),
        filter: Filter::id("kitchen"),
        update: rename,
        expect: Expect::Exactly(1),
    };
    let emptied =
        Operation::Delete { collection: products_name(), filter: Filter::All, expect: Expect::AtLeast(1) };
    store.transact(&[renamed, emptied]).await.unwrap();

    assert!(matches!(load_if_empty(&*store).await.unwrap(), Loaded::Stocked { .. }));
    let kitchen = Query { filter: Filter::id("kitchen"), ..Query::new(categories_name()) };
    let found = store.query(&kitchen).await.unwrap().documents;
    assert_eq!(found[0].get_document("name").unwrap().get_str("en").unwrap(), "Kitchenware");
    assert_eq!(count(&*store, categories_name()).await, 5);
}
