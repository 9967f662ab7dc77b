//! The protocol between functions and the bridge.
//!
//! Filters, updates, operations and events are types that can't express anything unsafe: there are no operators by name and no
//! code, so nothing a shopper types can become part of a query. The bridge also checks sizes with [`Check`] before it acts.
//!
//! Documents are encoded and decoded here, by hand where `bson` would cost a component too much code.

#![warn(missing_docs)]

mod answer;
mod collection;
mod decode;
mod document;
mod encode;
mod event;
mod filter;
mod limits;
mod operation;
mod path;
mod query;
mod traceparent;
mod transaction;
mod update;

pub use answer::{Conflict, Failure, FailureCode, Outcome, QueryAnswer, QueryResult, TransactAnswer};
#[doc(hidden)]
pub use bson::Document;
pub use collection::{Collection, Found, path};
pub use decode::{Undecodable, Undecoded, decode_document};
#[doc(hidden)]
pub use document::make_document;
pub use document::{FromDocument, Readable, ToDocument, Unreadable, to_bson};
pub use encode::{Unencodable, encode};
pub use event::{CloudEvent, EventType, NewEvent};
pub use filter::{Filter, Scalar};
pub use limits::{Check, Refused, check_nesting};
pub use operation::{Expect, Operation, TransactRequest};
pub use path::{CollectionName, Path, PathError};
pub use query::{Cursor, Direction, Facet, FacetCount, Query, QueryRequest, SortKey};
pub use traceparent::Traceparent;
pub use transaction::Transaction;
pub use update::{Change, Update};

/// The media type of a request or an answer as BSON; relaxed extended JSON (`application/json`) says the same.
pub const BSON_MEDIA_TYPE: &str = "application/bson";

/// The most bytes of one request body to `/v1/query` or `/v1/transact`.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
