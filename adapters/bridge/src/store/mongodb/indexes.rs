//! Makes collections and their indexes as they are declared.

use std::time::Duration;

use bson::{Document, doc};
use futures::TryStreamExt;
use mongodb::options::IndexOptions;
use mongodb::{Database, IndexModel};

use super::error;
use crate::store::error::StoreError;
use application::{Collection, Index};

/// Makes a collection and its indexes where they are missing. An index that is there otherwise is made anew; one
/// that is no longer declared is left alone, since an older bridge may still run beside this one.
pub(super) async fn prepare(database: &Database, collection: &Collection) -> Result<(), StoreError> {
    let name = collection.name().as_str();
    let documents = database.collection::<Document>(name);
    let models: Vec<IndexModel> = collection.indexes().iter().map(model).collect();
    if models.is_empty() {
        return match database.create_collection(name).await {
            Err(error) if !error::is_collection_there(&error) => Err(error::of(&error)),
            _ => Ok(()),
        };
    }
    match documents.create_indexes(models.clone()).await {
        Ok(_) => return Ok(()),
        Err(error) if error::is_other_index(&error) => {}
        Err(error) => return Err(error::of(&error)),
    }
    let there = documents.list_indexes().await.map_err(|error| error::of(&error))?;
    let there: Vec<IndexModel> = there.try_collect().await.map_err(|error| error::of(&error))?;
    for model in models {
        match documents.create_index(model.clone()).await {
            Ok(_) => continue,
            Err(error) if error::is_other_index(&error) => {}
            Err(error) => return Err(error::of(&error)),
        }
        let in_the_way = |other: &&IndexModel| name_of(other) == name_of(&model) || other.keys == model.keys;
        for old in there.iter().filter(in_the_way).filter_map(name_of) {
            documents.drop_index(old).await.map_err(|error| error::of(&error))?;
        }
        documents.create_index(model).await.map_err(|error| error::of(&error))?;
    }
    Ok(())
}

fn name_of(model: &IndexModel) -> Option<&str> {
    model.options.as_ref()?.name.as_deref()
}

fn model(index: &Index) -> IndexModel {
    let mut keys: Document = index.keys().iter().map(|path| (path.as_str().to_owned(), 1.into())).collect();
    // Every order ends with `_id`, so an index that is to serve one does too.
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
