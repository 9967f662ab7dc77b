use bson::Bson;
use serde::{Deserialize, Serialize};

use crate::{Cursor, FacetCount};

/// The answer to a [`crate::QueryRequest`], typed by what documents and the values of facets decode into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueryAnswer<T, V = Bson> {
    /// A result for each query, in their order.
    pub results: Vec<QueryResult<T, V>>,
}

/// What one query found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueryResult<T, V = Bson> {
    /// The documents, in the query's order.
    pub documents: Vec<T>,
    /// How many match in all, if asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Where to go on, if there are more documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
    /// The counts of each facet, in the query's order.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<Vec<FacetCount<V>>>,
}

/// The answer to a committed [`crate::TransactRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactAnswer {
    /// What each operation did, in their order.
    pub outcomes: Vec<Outcome>,
    /// The ids of the events, in their order.
    #[serde(default)]
    pub events: Vec<String>,
}

/// What an operation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How many documents it meant; 1 for an insert or an upsert.
    pub matched: u64,
}

/// The body of an answer that is no success: RFC 9457, in the media type of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong, for a program.
    pub code: FailureCode,
    /// What went wrong, for a person. Holds no data.
    pub detail: String,
    /// For [`FailureCode::Conflict`], what was in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// 400: not BSON or JSON of the expected shape, or over a limit.
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
    /// 503: the store can't be reached or is overloaded. Nothing was changed, or whether it was is not known:
    /// repeating is safe where the transaction carries an expectation or a unique key.
    Unavailable,
    /// 500: the bridge's own fault.
    Internal,
}

/// What undid a transaction. `operation` counts from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Conflict {
    /// An operation matched another number of documents than it expects.
    Unmet {
        /// Which operation.
        operation: u32,
        /// How many documents it matched.
        matched: u64,
    },
    /// A unique key is taken.
    Duplicate {
        /// Which operation.
        operation: u32,
        /// The index as `domain.toml` names it, or `_id`.
        index: String,
    },
}
