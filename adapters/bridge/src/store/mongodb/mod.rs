//! A store in a MongoDB replica set.
//!
//! Writes are acknowledged by a majority and reads see what a majority has, so every bridge sees what another has
//! acknowledged. Documents are copied from the driver's batches into the answer without decoding them.

mod abandoned;
mod blob;
mod check;
mod error;
mod facet;
mod failure;
mod filter;
mod indexes;
mod query;
mod transact;
mod turns;
mod update;

use async_trait::async_trait;
use bson::{RawDocumentBuf, doc};
use mongodb::options::{
    Acknowledgment, ClientOptions, ConnectionString, ReadConcern, SelectionCriteria, WriteConcern,
};
use mongodb::{Client, Database};
use protocol::{Operation, Outcome, Query, QueryResult};
use tokio::sync::OnceCell;

use super::api::{Blob, ByteStream, Store};
use super::error::StoreError;
use super::fit;
use crate::config::MongoSettings;
use crate::urls::UrlError;
use application::Collections;
use error::MongoError;
use turns::Turns;

/// The database, unless the URL names one.
const DATABASE: &str = "mcommerce";

/// A store in a MongoDB replica set.
pub struct MongoStore {
    uri: String,
    settings: MongoSettings,
    database: OnceCell<Database>,
    turns: Turns,
}

impl MongoStore {
    /// Takes a `mongodb://` URL. The first request connects, to the database in the URL or to `mcommerce`.
    pub fn new(uri: &str, settings: MongoSettings) -> Result<Self, UrlError> {
        // The driver's message may quote the URL, which contains a password.
        ConnectionString::parse(uri).map_err(|_| UrlError::Mongo)?;
        Ok(Self { uri: uri.to_owned(), settings, database: OnceCell::new(), turns: Turns::default() })
    }

    async fn database(&self) -> Result<&Database, StoreError> {
        self.database.get_or_try_init(|| connect(&self.uri, &self.settings)).await
    }
}

async fn connect(uri: &str, settings: &MongoSettings) -> Result<Database, StoreError> {
    let mut options =
        ClientOptions::parse(uri).await.map_err(|_| StoreError::unavailable(MongoError::UnknownHost))?;
    options.app_name.get_or_insert_with(|| "mcommerce-bridge".into());
    options.server_selection_timeout.get_or_insert(settings.server_timeout.get());
    options.connect_timeout.get_or_insert(settings.server_timeout.get());
    options.max_pool_size.get_or_insert(settings.connections.get());
    options.read_concern = Some(ReadConcern::majority());
    options.write_concern = Some(
        WriteConcern::builder().w(Acknowledgment::Majority).w_timeout(settings.command_timeout.get()).build(),
    );
    options.selection_criteria =
        Some(SelectionCriteria::ReadPreference(mongodb::options::ReadPreference::Primary));
    let name = options.default_database.clone().unwrap_or_else(|| DATABASE.into());
    Ok(Client::with_options(options).map_err(|error| error::to_store_error(&error))?.database(&name))
}

#[async_trait]
impl Store for MongoStore {
    async fn prepare(&self, collections: &Collections) -> Result<(), StoreError> {
        let database = self.database().await?;
        for collection in collections.iter() {
            indexes::prepare(database, collection).await?;
        }
        Ok(())
    }

    async fn query(&self, query: &Query) -> Result<QueryResult<RawDocumentBuf>, StoreError> {
        query::answer(self.database().await?, query, self.settings.command_timeout.get()).await
    }

    async fn transact(&self, operations: &[Operation]) -> Result<Vec<Outcome>, StoreError> {
        fit::check(operations)?;
        transact::run(self.database().await?, &self.settings, &self.turns, operations).await
    }

    async fn put_blob(
        &self,
        id: &str,
        media_type: &str,
        bytes: ByteStream,
        limit: u64,
    ) -> Result<u64, StoreError> {
        blob::put(self.database().await?, id, media_type, bytes, limit).await
    }

    async fn get_blob(&self, id: &str) -> Result<Option<Blob>, StoreError> {
        blob::get(self.database().await?, id).await
    }

    async fn end_abandoned(&self) -> Result<u64, StoreError> {
        abandoned::end(self.database().await?).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let ping = self.database().await?.run_command(doc! { "ping": 1 }).await;
        ping.map(drop).map_err(|error| error::to_store_error(&error))
    }
}
