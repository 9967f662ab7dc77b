//! The demo catalogue: what a shop that was never stocked has to sell on its first start.

mod documents;
mod shelf;
#[cfg(test)]
mod tests;

use bson::Document;
use mcommerce_bridge::store::{Store, StoreError};
use protocol::{CollectionName, Operation, Query};

pub use documents::documents;

/// What [`load_if_empty`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// The store had no products; now it has the demo catalogue.
    Stocked {
        /// How many products were added.
        products: usize,
    },
    /// The store had products already, and nothing was changed.
    AlreadyStocked,
}

/// Why the demo catalogue is not in the store. Nothing was changed, but for a store that was lost while it committed.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The store refused or can't be reached.
    #[error("the demo catalogue could not be stored: {0}")]
    Store(#[from] StoreError),
}

/// Puts the demo catalogue into a store that has no products, all of it or nothing.
///
/// Categories that are there stay as they are. Ids are made from slugs and SKUs, so a catalogue that is loaded anew
/// has the same addresses, and of two processes that load at once one stocks the store and the other finds it stocked.
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
    let any = Query { limit: 1, ..Query::of(products_name()) };
    Ok(!store.query(&any).await?.documents.is_empty())
}

async fn known_categories(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let every = Query { limit: 200, ..Query::of(categories_name()) };
    let found = store.query(&every).await?.documents;
    Ok(found.iter().filter_map(|category| Some(category.get_str("_id").ok()?.to_owned())).collect())
}

fn products_name() -> CollectionName {
    CollectionName::parse("products").expect("the name is well formed")
}

fn categories_name() -> CollectionName {
    CollectionName::parse("categories").expect("the name is well formed")
}
