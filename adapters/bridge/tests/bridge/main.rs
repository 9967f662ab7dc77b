//! The bridge through its public API: HTTP in, deliveries out, on both pairs of back ends.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails there")]

mod abandoned;
mod backends;
mod blobs;
mod events;
mod grants;
mod input;
mod observed;
mod overload;
mod process;
mod program;
mod schedules;
mod shutdown;
mod start;
mod support;
mod topology;
