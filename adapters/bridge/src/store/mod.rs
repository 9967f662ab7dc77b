//! What the bridge asks of a database, and the two that answer: MongoDB and SQLite.
//!
//! Both give the same answers to the same requests; `tests/store_contract` holds them to it.

mod api;
mod error;
mod fit;
mod limits;
mod mongodb;
mod open;
mod page;
mod sqlite;
mod unfit;

pub use api::{Blob, ByteStream, Store};
pub use error::StoreError;
pub use mongodb::MongoStore;
pub use open::{open_store, open_store_with};
pub use sqlite::SqliteStore;
pub use unfit::{Unfit, UnfitOperation};
