//! The client of the bridge.

use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::FromRequestParts;
use bytes::Bytes;
use http::request::Parts;
use http::{Request, StatusCode, header};
use protocol::{
    BSON_MEDIA_TYPE, Collection, Conflict, Failure, FailureCode, Filter, Found, FromDocument, Path, Query,
    QueryAnswer, QueryRequest, QueryResult, Readable, Traceparent, TransactAnswer, Transaction, Undecoded,
    Unencodable, Unreadable, decode_document,
};
use values::{Fault, Problem, Secret};

use crate::context::Context;
use crate::host;
use crate::host::Compiled;
use crate::log::{Level, log};
use crate::problem::Rejection;
use crate::trace;
use crate::variable::variable_once;

/// The longest answer that is read.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// The bridge itself gives up after 10 s.
const WAIT: Duration = Duration::from_secs(12);

/// Why the bridge did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    /// An expectation was not met, or a unique key is taken; nothing was changed.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// The bridge or its store is down or overloaded.
    #[error("bridge unavailable: {0}")]
    Unavailable(String),
    /// It refused the request as malformed: a bug, unless a cursor from a client was passed on in it.
    #[error("bridge refused: {0}")]
    Refused(String),
    /// It would not or could not do it, or its answer can't be understood: a bug.
    #[error("bridge: {0}")]
    Fault(String),
}

impl From<Unencodable> for BridgeError {
    fn from(error: Unencodable) -> Self {
        Self::fault(error)
    }
}

impl BridgeError {
    fn fault(error: impl std::fmt::Display) -> Self {
        Self::Fault(error.to_string())
    }
}

impl From<BridgeError> for Fault {
    fn from(error: BridgeError) -> Self {
        match error {
            BridgeError::Unavailable(_) => Self::unavailable(error),
            BridgeError::Conflict(_) | BridgeError::Refused(_) | BridgeError::Fault(_) => {
                Self::internal(error)
            }
        }
    }
}

impl<R> From<BridgeError> for Problem<R> {
    fn from(error: BridgeError) -> Self {
        Fault::from(error).into()
    }
}

/// The bridge, on behalf of one request; as an argument of an endpoint, it reads the variables `bridge_url` and
/// `bridge_token`.
#[derive(Debug)]
pub struct Bridge {
    url: &'static str,
    token: &'static Secret,
    trace: Traceparent,
}

/// Asks whether the bridge is ready; needs the variable `bridge_url` only.
#[derive(Debug)]
pub struct BridgeProbe {
    url: &'static str,
    trace: Traceparent,
}

fn url<'a>() -> Compiled<'a, Result<&'static String, Fault>> {
    static URL: OnceLock<String> = OnceLock::new();
    variable_once(&URL, "bridge_url")
}

fn token<'a>() -> Compiled<'a, Result<&'static Secret, Fault>> {
    static TOKEN: OnceLock<Secret> = OnceLock::new();
    variable_once(&TOKEN, "bridge_token")
}

impl<S: Sync> FromRequestParts<S> for Bridge {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let Ok(context) = Context::from_request_parts(parts, state).await;
        Ok(Self { url: url().await?, token: token().await?, trace: context.trace() })
    }
}

impl<S: Sync> FromRequestParts<S> for BridgeProbe {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let Ok(context) = Context::from_request_parts(parts, state).await;
        Ok(Self { url: url().await?, trace: context.trace() })
    }
}

impl BridgeProbe {
    /// Whether the bridge says that it is ready.
    pub fn is_ready(&self) -> Compiled<'_, bool> {
        const MAX_BYTES: usize = 64 * 1024;
        const PROBE_TIME: Duration = Duration::from_secs(2);
        Box::pin(async {
            let request = Request::get(format!("{}/readyz", self.url));
            let request = trace::add_to(request, &self.trace).body(Bytes::new());
            let Ok(request) = request else { return false };
            host::send(request, PROBE_TIME, MAX_BYTES)
                .await
                .is_ok_and(|answer| answer.status() == StatusCode::OK)
        })
    }
}

impl Bridge {
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

    /// The document that matches the filter, if there is one.
    pub async fn find<T: FromDocument>(
        &self,
        collection: Collection<T>,
        filter: Filter,
    ) -> Result<Option<T>, BridgeError> {
        let query = Query { limit: 1, ..collection.query(filter) };
        Ok(self.query(query).await?.documents.pop())
    }

    /// The documents that can be read, and how many can't; each of these is logged, and stops no other.
    pub fn readable<T>(&self, documents: Vec<Readable<T>>) -> (Vec<T>, usize) {
        let mut unreadable = 0;
        let readable = documents.into_iter().filter_map(|Readable(read)| match read {
            Ok(document) => Some(document),
            Err(error) => {
                unreadable += 1;
                self.log_unreadable(&error);
                None
            }
        });
        (readable.collect(), unreadable)
    }

    #[cold]
    fn log_unreadable(&self, Unreadable { id, reason }: &Unreadable) {
        let (id, reason) = (id.as_deref().unwrap_or("unknown"), reason.to_string());
        log(Level::Error, &self.trace, "a document can't be read", &[("id", id), ("reason", &reason)]);
    }

    /// Whether a document matches the filter. Nothing of it is read.
    pub async fn exists<T>(&self, collection: Collection<T>, filter: Filter) -> Result<bool, BridgeError> {
        let query = Query { limit: 1, fields: vec![Path::id()], ..collection.query(filter) };
        let answer = self.ask_queries(vec![query]).await?;
        let documents = results(&answer)?.map(|result| result.documents.len());
        Ok(documents.sum::<usize>() > 0)
    }

    /// Commits a transaction, or changes nothing.
    pub fn transact(&self, transaction: Transaction) -> Compiled<'_, Result<TransactAnswer, BridgeError>> {
        Box::pin(async {
            let request = transaction.into_request()?;
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
        question: Result<Vec<u8>, Unencodable>,
    ) -> Compiled<'_, Result<Bytes, BridgeError>> {
        Box::pin(async move {
            let request = trace::add_to(Request::post(format!("{}{route}", self.url)), &self.trace)
                .header(header::CONTENT_TYPE, BSON_MEDIA_TYPE)
                .header(header::AUTHORIZATION, format!("Bearer {}", self.token.expose()))
                .body(Bytes::from(question?))
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

/// The results, with documents that are not decoded yet.
type Results<'a> = std::vec::IntoIter<QueryResult<Undecoded<'a>, String>>;

fn results(answer: &[u8]) -> Result<Results<'_>, BridgeError> {
    let answer: QueryAnswer<Undecoded<'_>, String> = decode_document(answer).map_err(BridgeError::fault)?;
    Ok(answer.results.into_iter())
}

/// The results of several queries: a tuple of [`Found`], in the order of the queries.
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
