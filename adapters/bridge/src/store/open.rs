use std::sync::Arc;

use super::api::Store;
use super::mongodb::MongoStore;
use super::sqlite::SqliteStore;
use crate::config::StoreSettings;
use crate::urls::{StoreUrl, UrlError};

/// Opens a store with the default settings. See [`open_store_with`].
pub fn open_store(url: &str) -> Result<Arc<dyn Store>, UrlError> {
    open_store_with(url, StoreSettings::default())
}

/// Opens a store. It need not be reachable yet, because the first request connects.
pub fn open_store_with(url: &str, settings: StoreSettings) -> Result<Arc<dyn Store>, UrlError> {
    Ok(match url.parse()? {
        StoreUrl::Mongo(uri) => Arc::new(MongoStore::new(&uri, settings.mongodb)?),
        StoreUrl::Sqlite(path) => Arc::new(SqliteStore::new(&path, settings.sqlite)),
    })
}
