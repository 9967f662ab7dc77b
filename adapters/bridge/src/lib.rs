//! The pod between functions and MongoDB / RabbitMQ.
//!
//! Functions call [`Bridge::router`] over HTTP: typed queries, transactions with expectations, blobs. The events of a
//! transaction are written to an outbox in that same transaction, published by the relay of one of the bridges, and
//! posted to the functions that subscribed to them. The bridge knows collections and events, but not what an order is.
//!
//! Start order doesn't matter: a bridge serves once its store and its broker can be reached.

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
mod set_aside;
pub mod store;
mod urls;

pub use bridge::Bridge;
pub use config::{
    BridgeConfig, BrokerPrefix, ConfigError, FunctionToken, FunctionTokens, MaxInFlight, PositiveDuration,
    Settings, StoreSettings, read_declarations,
};
pub use events::{
    BrokerError, DeadLetter, DeadLetterError, DeadLetters, Deliver, DeliveryOutcome, EVENT_MEDIA_TYPE,
    EventsError, HttpDeliver, OrphanedQueue, OrphanedQueues,
};
pub use figures::{DeliveryFigures, EventFigures, Figures};
pub use store::{open_store, open_store_with};
pub use urls::{AmqpUrl, BrokerUrl, StoreUrl, UrlError};
