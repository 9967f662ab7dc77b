use std::sync::Arc;

use super::api::Store;
use super::mongodb::MongoStore;
use super::sqlite::SqliteStore;
use crate::urls::{StoreUrl, UrlError};

/// Opens a store. It need not be there yet: nothing is connected to before the bridge starts.
pub fn open_store(url: &str) -> Result<Arc<dyn Store>, UrlError> {
    Ok(match url.parse()? {
        StoreUrl::Mongo(uri) => Arc::new(MongoStore::at(&uri)?),
        StoreUrl::Sqlite(path) => Arc::new(SqliteStore::at(&path)),
    })
}
