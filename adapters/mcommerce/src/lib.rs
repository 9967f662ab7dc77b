//! The whole shop in one process, for a laptop and for tests.
//!
//! [`Shop::start`] reads `spin.toml` and runs the components in Wasmtime as Spin would, together with the bridge on SQLite,
//! a mail server that catches all mails, and a demo catalogue.

pub mod accounts;
pub mod app;
mod config;
mod dashboard;
mod delivery;
pub mod demo;
pub mod journal;
mod metrics;
mod mounts;
pub mod outbound;
mod own_page;
mod route_headers;
pub mod runtime;
pub mod secrets;
pub mod server;
mod shop;
pub mod smtp;
mod static_response;
mod stock;

pub use accounts::DemoAccounts;
pub use config::{BridgeAt, MailTo, ShopConfig};
pub use dashboard::Dashboard;
pub use metrics::{ComponentMetrics, Metrics};
pub use mounts::{MissingFolder, MissingFolders};
pub use shop::{Addresses, Shop};
pub use stock::{bridge_ready, stock_empty};
