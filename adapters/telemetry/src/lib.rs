//! Where a request came from and what became of it: W3C trace context, and spans that leave over OTLP; and log lines.
//!
//! [`Telemetry::from_env`] reads the standard `OTEL_*` variables. Without an endpoint there is only the context: spans
//! are made of nothing and cost a branch. With one, spans go into a bounded queue that a thread of its own sends off;
//! when the receiver is slow or away, spans are lost and requests are not.
//!
//! Names and attributes hold what the configuration and the routes say, never paths with ids, addresses of people, or
//! anything of a body: whoever sets an attribute picks it from what is known at start.

#![warn(missing_docs)]

mod export;
mod log;
mod propagation;
mod span;
mod telemetry;

pub use log::log_to_stderr;
pub use propagation::{TRACEPARENT, random_traceparent, traceparent_from, traceparent_header};
pub use protocol::Traceparent;
pub use span::{Span, SpanKind, Tracer, method_name};
pub use telemetry::{Telemetry, TelemetryError};
