//! The demo catalogue, which fills an empty shop on its first start.

mod documents;
mod shelf;
#[cfg(test)]
mod tests;

use bson::Document;
use mcommerce_bridge::store::{Store, StoreError};
use protocol::{CollectionName, Operation, Query};

pub use documents::documents;

/// The result of [`load_if_empty`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// The catalogue was added.
    Stocked { products: usize },
    /// The store already had products. Nothing was changed.
    AlreadyStocked,
}

/// The demo catalogue could not be added. The store is unchanged unless the connection broke during the commit.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("can't store the demo catalogue: {0}")]
    Store(#[from] StoreError),
}

/// Adds the demo catalogue, in one transaction, to a store that has no products.
///
/// Keeps existing categories. Ids are derived from slugs and SKUs, so products keep their URLs when the catalogue is loaded
/// again, and if two processes load it concurrently, one succeeds and the other finds the store stocked.
pub async fn load_if_empty(store: &dyn Store) -> Result<Loaded, DemoError> {
    if is_stocked(store).await? {
        return Ok(Loaded::AlreadyStocked);
    }
    let known = known_categories(store).await?;
    let (categories, products) = documents();
    let count = products.len();

    let is_new =
        |category: &Document| !known.iter().any(|slug| category.get_str("_id").is_ok_and(|id| id == slug));
    let categories = categories.into_iter().filter(is_new).map(|document| (categories_name(), document));
    let products = products.into_iter().map(|document| (products_name(), document));
    let operations: Vec<Operation> = categories
        .chain(products)
        .map(|(collection, document)| Operation::Insert { collection, document })
        .collect();

    match store.transact(&operations).await {
        Ok(_) => Ok(Loaded::Stocked { products: count }),
        Err(StoreError::Conflict(_)) if is_stocked(store).await? => Ok(Loaded::AlreadyStocked),
        Err(error) => Err(error.into()),
    }
}

async fn is_stocked(store: &dyn Store) -> Result<bool, StoreError> {
    let any = Query { limit: 1, ..Query::new(products_name()) };
    Ok(!store.query(&any).await?.documents.is_empty())
}

async fn known_categories(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let every = Query { limit: 200, ..Query::new(categories_name()) };
    let found = store.query(&every).await?.documents;
    Ok(found.iter().filter_map(|category| Some(category.get_str("_id").ok()?.to_owned())).collect())
}

fn products_name() -> CollectionName {
    CollectionName::parse("products").expect("the name is well formed")
}

fn categories_name() -> CollectionName {
    CollectionName::parse("categories").expect("the name is well formed")
}
