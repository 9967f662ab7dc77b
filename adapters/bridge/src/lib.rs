//! The pod between functions and MongoDB / RabbitMQ.
//!
//! Functions speak HTTP to [`Bridge::router`]: typed queries, transactions with expectations, blobs. Events that
//! a transaction carries are written to an outbox by the same transaction, published by one relay among many
//! bridges, and posted to the functions that subscribed to them. The bridge knows collections and events, never
//! what an order is.
//!
//! Start order does not matter: a bridge starts without its store and its broker and serves once they are there.

mod app;
mod backoff;
mod bridge;
pub mod config;
mod error_chain;
mod events;
mod figures;
mod grants;
mod health;
mod http;
mod lease;
mod metrics;
mod schedule;
pub mod store;
mod urls;

pub use bridge::Bridge;
pub use config::{
    BridgeConfig, BrokerPrefix, ConfigError, FunctionToken, FunctionTokens, MaxInFlight, PositiveDuration,
    Settings, StoreSettings, read_declarations,
};
pub use events::{
    BrokerError, DeadLetter, DeadLetterError, DeadLetters, Deliver, DeliveryOutcome, EVENT_MEDIA_TYPE,
    EventsError, HttpDeliver,
};
pub use figures::{DeliveryFigures, EventFigures, Figures};
pub use store::{open_store, open_store_with};
pub use urls::{AmqpUrl, BrokerUrl, StoreUrl, UrlError};
