//! The client of the bridge.

use std::marker::PhantomData;
use std::time::Duration;

use bson::Bson;
use bytes::Bytes;
use http::{Request, StatusCode, header};
use protocol::{
    BSON_MEDIA_TYPE, CollectionName, Conflict, EventType, Expect, Failure, FailureCode, Filter, NewEvent,
    Operation, Path, Query, QueryAnswer, QueryRequest, QueryResult, TransactAnswer, TransactRequest, Update,
};
use serde::Serialize;

use crate::decode::{Undecoded, decode_document};
use crate::document::{FromDocument, ToDocument, make_document};
use crate::{Compiled, Problem, Secret, Trace, host, secret, variable};

/// No answer of the bridge is longer.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// The bridge gives up after 10 s itself.
const WAIT: Duration = Duration::from_secs(12);

/// A collection and what its documents decode into.
#[derive(Debug)]
pub struct Collection<T> {
    name: &'static str,
    document: PhantomData<fn() -> T>,
}

impl<T> Clone for Collection<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Collection<T> {}

impl<T> Collection<T> {
    /// A collection of a `domain.toml`.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, document: PhantomData }
    }

    /// Its name on the wire. A name that is none is found by the first test that uses it.
    #[must_use]
    pub fn name(self) -> CollectionName {
        CollectionName::parse(self.name).expect("collections are named in code")
    }

    /// A query of it.
    #[must_use]
    pub fn query(self, filter: Filter) -> Query {
        Query { filter, ..Query::of(self.name()) }
    }
}

/// A field's path, named in code.
#[must_use]
pub fn path(text: &'static str) -> Path {
    Path::parse(text).expect("paths are named in code")
}

/// A value as it is stored: dates as dates, where `serde_json` would write texts.
pub fn to_bson<T: Serialize>(value: &T) -> Result<Bson, Problem> {
    #[derive(Serialize)]
    struct Holder<'a, T> {
        value: &'a T,
    }
    let mut document = make_document(&Holder { value }).map_err(Problem::internal)?;
    document.remove("value").ok_or_else(|| Problem::internal("a value that is not there"))
}

/// Why the bridge did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    /// An expectation was not met or a unique key is taken; nothing was changed.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// It, or its store, is not there or overloaded.
    #[error("bridge unavailable: {0}")]
    Unavailable(String),
    /// It refused the request as malformed: a fault of the shop, unless a client's cursor was handed on in it.
    #[error("bridge refused: {0}")]
    Refused(String),
    /// It would not or could not do it, or said what can't be understood: a fault of the shop.
    #[error("bridge: {0}")]
    Fault(String),
}

impl BridgeError {
    fn fault(error: impl std::fmt::Display) -> Self {
        Self::Fault(error.to_string())
    }
}

impl From<BridgeError> for Problem {
    fn from(error: BridgeError) -> Self {
        match error {
            BridgeError::Unavailable(_) => Self::unavailable(error.to_string()),
            BridgeError::Conflict(_) | BridgeError::Refused(_) | BridgeError::Fault(_) => {
                Self::internal(error.to_string())
            }
        }
    }
}

/// What one query found; facets are of fields that hold texts.
pub type Found<T> = QueryResult<T, String>;

/// The bridge, on behalf of one request.
#[derive(Debug)]
pub struct Bridge {
    url: String,
    token: Secret,
    trace: Trace,
}

impl Bridge {
    pub(crate) fn of<'a>(trace: Trace) -> Compiled<'a, Result<Self, Problem>> {
        Box::pin(async {
            Ok(Self { url: variable("bridge_url").await?, token: secret("bridge_token").await?, trace })
        })
    }

    pub(crate) fn is_ready(trace: &Trace) -> Compiled<'_, Result<bool, Problem>> {
        const LONGEST: usize = 64 * 1024;
        Box::pin(async {
            let request = Request::get(format!("{}/readyz", variable("bridge_url").await?))
                .header("traceparent", trace.traceparent())
                .body(Bytes::new())
                .map_err(|error| Problem::internal(error.to_string()))?;
            let answer = host::send(request, Duration::from_secs(2), LONGEST).await;
            Ok(answer.is_ok_and(|answer| answer.status() == StatusCode::OK))
        })
    }

    /// Runs several queries in one round trip; `R` is a tuple of [`Found`]s.
    pub async fn queries<R: Answers>(&self, queries: Vec<Query>) -> Result<R, BridgeError> {
        let answer = self.ask_queries(queries).await?;
        R::decode(results(&answer)?)
    }

    /// Runs one query.
    pub async fn query<T: FromDocument>(&self, query: Query) -> Result<Found<T>, BridgeError> {
        let (found,) = self.queries(vec![query]).await?;
        Ok(found)
    }

    /// The one document that a filter means, if it is there.
    pub async fn find<T: FromDocument>(
        &self,
        collection: Collection<T>,
        filter: Filter,
    ) -> Result<Option<T>, BridgeError> {
        let query = Query { limit: 1, ..collection.query(filter) };
        Ok(self.query(query).await?.documents.pop())
    }

    /// Does all of a transaction, or nothing.
    pub fn transact(&self, transaction: Transaction) -> Compiled<'_, Result<TransactAnswer, BridgeError>> {
        Box::pin(async {
            let request = transaction.built.map_err(BridgeError::Fault)?;
            let answer = self.ask("/v1/transact", protocol::encode(&request)).await?;
            decode_document(&answer).map_err(BridgeError::fault)
        })
    }

    fn ask_queries(&self, queries: Vec<Query>) -> Compiled<'_, Result<Bytes, BridgeError>> {
        self.ask("/v1/query", protocol::encode(&QueryRequest { queries }))
    }

    fn ask(
        &self,
        route: &'static str,
        question: bson::error::Result<Vec<u8>>,
    ) -> Compiled<'_, Result<Bytes, BridgeError>> {
        Box::pin(async move {
            let request = Request::post(format!("{}{route}", self.url))
                .header(header::CONTENT_TYPE, BSON_MEDIA_TYPE)
                .header(header::AUTHORIZATION, format!("Bearer {}", self.token.expose()))
                .header("traceparent", self.trace.traceparent())
                .body(Bytes::from(question.map_err(BridgeError::fault)?))
                .map_err(BridgeError::fault)?;
            let response = host::send(request, WAIT, MAX_ANSWER_BYTES)
                .await
                .map_err(|error| BridgeError::Unavailable(error.to_string()))?;
            if response.status() == StatusCode::OK {
                Ok(response.into_body())
            } else {
                Err(refusal(response.status(), response.body()))
            }
        })
    }
}

fn refusal(status: StatusCode, body: &[u8]) -> BridgeError {
    match decode_document::<Failure>(body) {
        Ok(Failure { code: FailureCode::Conflict, conflict: Some(conflict), .. }) => {
            BridgeError::Conflict(conflict)
        }
        Ok(Failure { code: FailureCode::Malformed, detail, .. }) => BridgeError::Refused(detail),
        Ok(Failure { code: FailureCode::Unavailable, detail, .. }) => BridgeError::Unavailable(detail),
        Ok(failure) => BridgeError::Fault(format!("{status} {:?}: {}", failure.code, failure.detail)),
        Err(_) if status.is_server_error() => BridgeError::Unavailable(status.to_string()),
        Err(_) => BridgeError::Fault(status.to_string()),
    }
}

/// What a query found, its documents still to be decoded.
type Results<'a> = std::vec::IntoIter<QueryResult<Undecoded<'a>, String>>;

fn results(answer: &[u8]) -> Result<Results<'_>, BridgeError> {
    let answer: QueryAnswer<Undecoded<'_>, String> = decode_document(answer).map_err(BridgeError::fault)?;
    Ok(answer.results.into_iter())
}

/// What several queries found: a tuple of [`Found`]s, in the queries' order.
pub trait Answers: Sized {
    #[doc(hidden)]
    fn decode(results: Results<'_>) -> Result<Self, BridgeError>;
}

fn next<T: FromDocument>(results: &mut Results<'_>) -> Result<Found<T>, BridgeError> {
    let found = results.next().ok_or_else(|| BridgeError::Fault("an answer without a result".into()))?;
    let documents = found.documents.into_iter().map(|document| T::from_document(document.0));
    Ok(QueryResult {
        documents: documents.collect::<Result<_, _>>().map_err(BridgeError::fault)?,
        total: found.total,
        next: found.next,
        facets: found.facets,
    })
}

macro_rules! answers {
    ($($document:ident)+) => {
        impl<$($document: FromDocument),+> Answers for ($(Found<$document>,)+) {
            fn decode(mut results: Results<'_>) -> Result<Self, BridgeError> {
                Ok(($(next::<$document>(&mut results)?,)+))
            }
        }
    };
}
answers!(A);
answers!(A B);
answers!(A B C);

/// Operations and events that are done together or not at all. Operations are numbered from 0 in the order they are added.
#[derive(Debug)]
pub struct Transaction {
    built: Result<TransactRequest, String>,
}

impl Default for Transaction {
    fn default() -> Self {
        Self { built: Ok(TransactRequest::default()) }
    }
}

impl Transaction {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a document with its `_id`.
    #[must_use]
    pub fn insert<T: ToDocument>(self, collection: Collection<T>, document: &T) -> Self {
        self.with(|request| {
            let document = document.to_document()?;
            request.operations.push(Operation::Insert { collection: collection.name(), document });
            Ok(())
        })
    }

    /// Replaces the document of this `_id`, or adds it.
    #[must_use]
    pub fn upsert<T: ToDocument>(self, collection: Collection<T>, document: &T) -> Self {
        self.with(|request| {
            let document = document.to_document()?;
            request.operations.push(Operation::Upsert { collection: collection.name(), document });
            Ok(())
        })
    }

    /// Changes the documents that a filter means.
    #[must_use]
    pub fn update<T>(
        self,
        collection: Collection<T>,
        filter: Filter,
        update: Update,
        expect: Expect,
    ) -> Self {
        self.with(|request| {
            request.operations.push(Operation::Update {
                collection: collection.name(),
                filter,
                update,
                expect,
            });
            Ok(())
        })
    }

    /// Removes the documents that a filter means.
    #[must_use]
    pub fn delete<T>(self, collection: Collection<T>, filter: Filter, expect: Expect) -> Self {
        self.with(|request| {
            request.operations.push(Operation::Delete { collection: collection.name(), filter, expect });
            Ok(())
        })
    }

    /// Emits an event.
    #[must_use]
    pub fn emit<T: Serialize>(self, kind: &'static str, subject: impl Into<String>, data: &T) -> Self {
        let subject = subject.into();
        self.with(|request| {
            let kind = EventType::parse(kind).map_err(|error| error.to_string())?;
            let data = make_document(data)?;
            request.events.push(NewEvent { kind, subject, data });
            Ok(())
        })
    }

    fn with(mut self, add: impl FnOnce(&mut TransactRequest) -> Result<(), String>) -> Self {
        if let Ok(request) = &mut self.built
            && let Err(error) = add(request)
        {
            self.built = Err(error);
        }
        self
    }
}
