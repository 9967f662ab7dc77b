//! Log lines, W3C trace context, and spans over OTLP.
//!
//! Programs log and trace with `tracing`. [`Telemetry::start`] reads the standard `OTEL_*` variables: without an
//! endpoint spans are disabled and cost a branch; with one they go into a bounded queue that a thread of its own sends
//! off, so that a slow or absent receiver loses spans and delays no request. [`SpanExt`] joins spans across processes.
//!
//! Names and attributes come from the configuration and the routes: never from a path with ids, from anybody's
//! address, or from a body.

#![warn(missing_docs)]

mod export;
mod log;
mod propagation;
mod span;
mod telemetry;

pub use log::log_to_stderr;
pub use propagation::{
    Joined, TRACEPARENT, joined_from, random_traceparent, traceparent_from, traceparent_header,
};
pub use protocol::Traceparent;
pub use span::{SpanExt, method_name};
pub use telemetry::{Telemetry, TelemetryError};
