//! The whole shop in one process, for a laptop and for tests.

pub mod app;
pub mod demo;
pub mod journal;
pub mod manifest;
pub mod outbound;
pub mod routing;
pub mod runtime;
pub mod server;
pub mod smtp;
