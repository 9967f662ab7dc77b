//! The interface to a database, and its two implementations: MongoDB and SQLite.
//!
//! Both answer the same requests alike, which `tests/store_contract` verifies.

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
