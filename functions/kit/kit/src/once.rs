use std::convert::Infallible;

use protocol::{Collection, Conflict, Filter, FromDocument, ToDocument, Transaction, path};
use values::{Fault, Idempotency, Idempotent, Obstacle, Problem, Refusal};

use crate::bridge::{Bridge, BridgeError};

/// Does what a request asks for once, however often the request is repeated: the first one inserts a document, the others
/// find it.
pub struct Once<T> {
    collection: Collection<T>,
    earlier: Filter,
    is_same: Box<dyn Fn(&T) -> bool + Send + Sync>,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// It was done now, by this request.
    Now(T),
    /// It was done before, by an earlier request or another one at the same time.
    Before(T),
}

/// How a request is done.
pub trait Attempt: Sync {
    /// What is inserted.
    type Document: FromDocument + ToDocument + Send + Sync;
    /// Why nothing is inserted.
    type Refusal: Refusal;

    /// Prepares the document, and the transaction that inserts it and does the rest. Is called again if what the transaction
    /// expects is no longer true when it commits.
    fn prepare(
        &self,
    ) -> impl Future<Output = Result<(Transaction, Self::Document), Obstacle<Self::Refusal>>> + Send;

    /// Refuses for good if another document has a unique key that this one needs.
    fn check_rival(&self) -> impl Future<Output = Result<(), Problem<Self::Refusal>>> + Send {
        async { Ok(()) }
    }
}

/// The key names another request.
#[derive(Clone, Copy, Debug, thiserror::Error, Refusal)]
pub(crate) enum Reused {
    /// The Idempotency-Key was used with another body.
    #[error("This Idempotency-Key belongs to another request.")]
    #[refusal(Conflict)]
    KeyReused,
}

/// How often a request may collide with others before the client is asked to try again.
const ATTEMPTS: usize = 3;

impl<T: FromDocument + Idempotent + 'static> Once<T> {
    /// Once for each idempotency key. Another body under the same key is refused: 409 `key_reused`.
    #[must_use]
    pub fn by_key(collection: Collection<T>, idempotency: &Idempotency) -> Self {
        let fingerprint = idempotency.fingerprint.clone();
        Self {
            collection,
            earlier: Filter::Eq(path("idempotency.key"), idempotency.key.as_str().into()),
            is_same: Box::new(move |document| document.idempotency().fingerprint == fingerprint),
        }
    }
}

impl<T: FromDocument> Once<T> {
    /// Once for each `_id`.
    #[must_use]
    pub fn by_id(collection: Collection<T>, id: &str) -> Self {
        Self { collection, earlier: Filter::id(id), is_same: Box::new(|_| true) }
    }

    /// Does the request, or finds what an earlier one did.
    pub async fn run<A: Attempt<Document = T>>(
        &self,
        bridge: &Bridge,
        attempt: &A,
    ) -> Result<Outcome<T>, Problem<A::Refusal>> {
        for _ in 0..ATTEMPTS {
            let (transaction, document) = match attempt.prepare().await {
                Ok(prepared) => prepared,
                Err(Obstacle::Always(problem)) => return Err(problem),
                Err(Obstacle::UnlessDone(problem)) => {
                    return self.earlier(bridge).await?.map(Outcome::Before).ok_or(problem);
                }
            };
            match bridge.transact(transaction).await {
                Ok(_) => return Ok(Outcome::Now(document)),
                Err(BridgeError::Conflict(Conflict::Duplicate { .. })) => {
                    // A repeated request may collide with several keys of its own document; the store names any of them.
                    if let Some(earlier) = self.earlier(bridge).await? {
                        return Ok(Outcome::Before(earlier));
                    }
                    attempt.check_rival().await?;
                }
                Err(BridgeError::Conflict(Conflict::Unmet { .. })) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::unavailable("the request collided with others at every attempt").into())
    }

    /// Inserts a document, unless an earlier request did.
    pub async fn insert(&self, bridge: &Bridge, document: T) -> Result<Outcome<T>, Problem>
    where
        T: ToDocument + Clone + Send + Sync,
    {
        self.run(bridge, &Insertion { collection: self.collection, document }).await
    }

    async fn earlier<R>(&self, bridge: &Bridge) -> Result<Option<T>, Problem<R>> {
        match bridge.find(self.collection, self.earlier.clone()).await? {
            Some(document) if !(self.is_same)(&document) => Err(Problem::refuse(Reused::KeyReused)),
            found => Ok(found),
        }
    }
}

/// A request that inserts a document and does nothing else.
struct Insertion<T> {
    collection: Collection<T>,
    document: T,
}

impl<T: FromDocument + ToDocument + Clone + Send + Sync> Attempt for Insertion<T> {
    type Document = T;
    type Refusal = Infallible;

    async fn prepare(&self) -> Result<(Transaction, T), Obstacle> {
        let document = self.document.clone();
        Ok((Transaction::new().insert(self.collection, &document), document))
    }
}

impl<T> Outcome<T> {
    /// Whether it was done by this request.
    pub fn is_new(&self) -> bool {
        matches!(self, Self::Now(_))
    }

    /// What was done, now or before.
    pub fn into_inner(self) -> T {
        match self {
            Self::Now(document) | Self::Before(document) => document,
        }
    }
}

impl<R> From<BridgeError> for Obstacle<R> {
    fn from(error: BridgeError) -> Self {
        Self::Always(error.into())
    }
}
