//! A store in a MongoDB replica set.
//!
//! Writes are acknowledged by a majority and reads see what a majority has, so what one bridge has acknowledged
//! every other sees. Documents pass from the driver's batches to the answer as they are, undecoded.

mod blob;
mod check;
mod error;
mod facet;
mod failure;
mod filter;
mod indexes;
mod limits;
mod query;
mod transact;
mod turns;
mod update;

use std::time::Duration;

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
use crate::urls::UrlError;
use application::Collections;
use error::MongoError;
use limits::COMMAND_TIME;
use turns::Turns;

/// How long a request waits for a server that can take it.
const SERVER_WAIT: Duration = Duration::from_secs(3);
/// The most connections to each server, unless the address says otherwise. The driver's own 10 would be a queue.
const CONNECTIONS: u32 = 64;
/// The database, unless the address names one.
const DATABASE: &str = "mcommerce";

/// A store in a MongoDB replica set.
pub struct MongoStore {
    uri: String,
    database: OnceCell<Database>,
    turns: Turns,
}

impl MongoStore {
    /// The store at a `mongodb://` address, in the database it names or in `mcommerce`. Nothing is connected to yet.
    pub fn at(uri: &str) -> Result<Self, UrlError> {
        // The driver's own text may repeat the address, which holds a password.
        ConnectionString::parse(uri).map_err(|_| UrlError::Mongo)?;
        Ok(Self { uri: uri.to_owned(), database: OnceCell::new(), turns: Turns::default() })
    }

    async fn database(&self) -> Result<&Database, StoreError> {
        self.database.get_or_try_init(|| connect(&self.uri)).await
    }
}

async fn connect(uri: &str) -> Result<Database, StoreError> {
    let mut options =
        ClientOptions::parse(uri).await.map_err(|_| StoreError::unavailable(MongoError::UnknownHost))?;
    options.app_name.get_or_insert_with(|| "mcommerce-bridge".into());
    options.server_selection_timeout.get_or_insert(SERVER_WAIT);
    options.connect_timeout.get_or_insert(SERVER_WAIT);
    options.max_pool_size.get_or_insert(CONNECTIONS);
    options.read_concern = Some(ReadConcern::majority());
    options.write_concern =
        Some(WriteConcern::builder().w(Acknowledgment::Majority).w_timeout(COMMAND_TIME).build());
    options.selection_criteria =
        Some(SelectionCriteria::ReadPreference(mongodb::options::ReadPreference::Primary));
    let name = options.default_database.clone().unwrap_or_else(|| DATABASE.into());
    Ok(Client::with_options(options).map_err(|error| error::of(&error))?.database(&name))
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
        query::answer(self.database().await?, query).await
    }

    async fn transact(&self, operations: &[Operation]) -> Result<Vec<Outcome>, StoreError> {
        fit::check(operations)?;
        transact::run(self.database().await?, &self.turns, operations).await
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

    async fn ping(&self) -> Result<(), StoreError> {
        let ping = self.database().await?.run_command(doc! { "ping": 1 }).await;
        ping.map(drop).map_err(|error| error::of(&error))
    }
}
