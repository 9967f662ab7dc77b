use bson::Bson;
use serde::{Deserialize, Serialize};

use crate::{Cursor, FacetCount};

/// The answer to a [`crate::QueryRequest`], generic over the types of documents and of facets' values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueryAnswer<T, V = Bson> {
    /// One result for each query, in the same order.
    pub results: Vec<QueryResult<T, V>>,
}

/// The result of one query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueryResult<T, V = Bson> {
    /// The documents, in the query's order.
    pub documents: Vec<T>,
    /// The number of all matching documents, if asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Where to continue, if there are more documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
    /// The counts of each facet, in the order of the query.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<Vec<FacetCount<V>>>,
}

/// The answer to a committed [`crate::TransactRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactAnswer {
    /// The outcome of each operation, in the same order.
    pub outcomes: Vec<Outcome>,
    /// The ids of the events, in the same order.
    #[serde(default)]
    pub events: Vec<String>,
}

/// The outcome of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The number of documents it matched; 1 for an insert or an upsert.
    pub matched: u64,
}

/// The body of a failed request: RFC 9457, in the media type of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong, for a program.
    pub code: FailureCode,
    /// What went wrong, in English; contains no data.
    pub detail: String,
    /// The conflict, for [`FailureCode::Conflict`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
}

/// The kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// 400: not BSON or JSON of the expected shape, or beyond a limit.
    Malformed,
    /// 401: no token, or an unknown one.
    Unauthenticated,
    /// 403: the function has no grant for this.
    NotGranted,
    /// 404: no such blob.
    NotFound,
    /// 409: an expectation was not met, or a unique key is taken. Nothing was changed.
    Conflict,
    /// 413: the body is too large.
    TooLarge,
    /// 503: the store can't be reached or is overloaded. Nothing was changed, or it is unknown whether it was: repeating is
    /// safe if the transaction has an expectation or a unique key.
    Unavailable,
    /// 500: a bug in the bridge.
    Internal,
}

/// Why a transaction was rolled back. `operation` counts from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Conflict {
    /// An operation matched another number of documents than it expects.
    Unmet {
        /// The operation.
        operation: u32,
        /// How many documents it matched.
        matched: u64,
    },
    /// A unique key is taken.
    Duplicate {
        /// The operation.
        operation: u32,
        /// The index as `domain.toml` names it, or `_id`.
        index: String,
    },
}
