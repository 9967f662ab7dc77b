//! What both stores promise, shown on each: SQLite always, MongoDB where `MONGODB_URI` names a replica set.
//! Without it the MongoDB half says loudly that it did not run, and fails where `CI=true`.

#![expect(clippy::unwrap_used, reason = "a claim whose preparations fail has failed")]

mod agreement;
mod blobs;
mod expiry;
mod generated;
mod queries;
mod support;
mod transactions;
mod updates;
mod write_skew;
