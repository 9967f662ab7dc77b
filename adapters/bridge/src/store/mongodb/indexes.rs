//! Creates the declared collections and indexes.

use std::time::Duration;

use bson::{Document, doc};
use futures::TryStreamExt;
use mongodb::options::IndexOptions;
use mongodb::{Database, IndexModel};

use super::error;
use crate::store::error::StoreError;
use application::{Collection, Index};

/// Creates a collection and its indexes if they don't exist. An index that differs from its declaration is rebuilt. One
/// that is no longer declared is kept, because an older bridge may still be running.
pub(super) async fn prepare(database: &Database, collection: &Collection) -> Result<(), StoreError> {
    let name = collection.name().as_str();
    let documents = database.collection::<Document>(name);
    let models: Vec<IndexModel> = collection.indexes().iter().map(model).collect();
    if models.is_empty() {
        return match database.create_collection(name).await {
            Err(error) if !error::is_existing_collection(&error) => Err(error::to_store_error(&error)),
            _ => Ok(()),
        };
    }
    match documents.create_indexes(models.clone()).await {
        Ok(_) => return Ok(()),
        Err(error) if error::is_index_conflict(&error) => {}
        Err(error) => return Err(error::to_store_error(&error)),
    }
    let there = documents.list_indexes().await.map_err(|error| error::to_store_error(&error))?;
    let there: Vec<IndexModel> = there.try_collect().await.map_err(|error| error::to_store_error(&error))?;
    for model in models {
        match documents.create_index(model.clone()).await {
            Ok(_) => continue,
            Err(error) if error::is_index_conflict(&error) => {}
            Err(error) => return Err(error::to_store_error(&error)),
        }
        let conflicting = |other: &&IndexModel| name_of(other) == name_of(&model) || other.keys == model.keys;
        for old in there.iter().filter(conflicting).filter_map(name_of) {
            documents.drop_index(old).await.map_err(|error| error::to_store_error(&error))?;
        }
        documents.create_index(model).await.map_err(|error| error::to_store_error(&error))?;
    }
    Ok(())
}

fn name_of(model: &IndexModel) -> Option<&str> {
    model.options.as_ref()?.name.as_deref()
}

fn model(index: &Index) -> IndexModel {
    let mut keys: Document = index.keys().iter().map(|path| (path.as_str().to_owned(), 1.into())).collect();
    // Every sort order ends with `_id`, so an index for sorting must as well.
    if !index.is_unique() && !index.is_expiry() {
        keys.entry("_id").or_insert(1.into());
    }
    let first = index.keys().first().filter(|_| index.is_unique());
    let partial = first.map(|path| {
        let mut partial = Document::new();
        partial.insert(path.as_str(), doc! { "$exists": true });
        partial
    });
    let options = IndexOptions::builder()
        .name(index.name().to_owned())
        .unique(index.is_unique().then_some(true))
        .partial_filter_expression(partial)
        .expire_after(index.is_expiry().then_some(Duration::ZERO))
        .build();
    IndexModel::builder().keys(keys).options(options).build()
}
