//! What both stores promise. The tests always run on SQLite, and on MongoDB if `MONGODB_URI` names a replica set.
//! Without it, the MongoDB half reports that it did not run, and fails if `CI=true`.

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
