use std::sync::Arc;
use std::time::{Duration, Instant};

use bson::{DateTime, doc};
use protocol::{Change, CollectionName, Expect, Filter, Operation, Path, Query, Update};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::store::{Store, StoreError};

/// Lets only one of several bridges do a task at a time: a document in `_leases` with a holder and an expiry. The
/// holder extends it; once it has expired, any other bridge may take it over.
///
/// Expiry compares the clocks of several machines, so their skew must stay well below the lease's time. A holder that
/// was paused for longer than that may overlap with its successor for a moment, which the guarded task must tolerate.
pub(crate) struct Lease {
    store: Arc<dyn Store>,
    name: &'static str,
    holder: String,
    time: Duration,
    held_until: Mutex<Option<Instant>>,
}

fn leases() -> CollectionName {
    CollectionName::internal("leases")
}

fn path(name: &str) -> Path {
    Path::parse(name).expect("the bridge's own field names are paths")
}

impl Lease {
    pub(crate) fn new(store: Arc<dyn Store>, name: &'static str, time: Duration) -> Self {
        Self { store, name, holder: Uuid::new_v4().to_string(), time, held_until: Mutex::new(None) }
    }

    /// Takes or renews the lease. `false` while another bridge holds it.
    pub(crate) async fn hold(&self) -> Result<bool, StoreError> {
        let mut held_until = self.held_until.lock().await;
        let now = Instant::now();
        if held_until.is_some_and(|until| until > now + self.time * 2 / 3) {
            return Ok(true);
        }
        let kept = if held_until.is_some() { self.renew().await } else { self.take().await };
        match kept {
            Ok(kept) => *held_until = kept.then(|| now + self.time),
            Err(_) if held_until.is_some_and(|until| until <= now) => *held_until = None,
            Err(_) => {}
        }
        kept
    }

    /// Releases the lease, so that another bridge can take it at once.
    pub(crate) async fn release(&self) -> Result<(), StoreError> {
        if self.held_until.lock().await.take().is_none() {
            return Ok(());
        }
        let filter = Filter::id(self.name).and(Filter::Eq(path("holder"), (&self.holder).into()));
        let delete = Operation::Delete { collection: leases(), filter, expect: Expect::Any };
        self.store.transact(&[delete]).await.map(drop)
    }

    async fn renew(&self) -> Result<bool, StoreError> {
        let mine = Filter::Eq(path("holder"), (&self.holder).into());
        self.commit(Operation::Update {
            collection: leases(),
            filter: Filter::id(self.name).and(mine),
            update: Update(vec![Change::Set(path("expiresAt"), self.expiry().into())]),
            expect: Expect::Exactly(1),
        })
        .await
    }

    async fn take(&self) -> Result<bool, StoreError> {
        let query = Query { filter: Filter::id(self.name), limit: 1, ..Query::new(leases()) };
        let found = self.store.query(&query).await?.documents;
        let mine = || doc! { "_id": self.name, "holder": &self.holder, "expiresAt": self.expiry() };
        let seen = match found.first().map(|lease| lease.get_datetime("expiresAt")) {
            None => {
                return self.commit(Operation::Insert { collection: leases(), document: mine() }).await;
            }
            // What can't be read is nobody's. If two bridges replace it at once, the next renewal decides.
            Some(Err(_)) => {
                tracing::error!(lease = self.name, "a lease that can't be read was replaced");
                return self.commit(Operation::Upsert { collection: leases(), document: mine() }).await;
            }
            Some(Ok(seen)) => seen,
        };
        if seen > DateTime::now() {
            return Ok(false);
        }
        self.commit(Operation::Update {
            collection: leases(),
            filter: Filter::id(self.name).and(Filter::Eq(path("expiresAt"), seen.into())),
            update: Update(vec![
                Change::Set(path("holder"), self.holder.as_str().into()),
                Change::Set(path("expiresAt"), self.expiry().into()),
            ]),
            expect: Expect::Exactly(1),
        })
        .await
    }

    async fn commit(&self, operation: Operation) -> Result<bool, StoreError> {
        match self.store.transact(&[operation]).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn expiry(&self) -> DateTime {
        let millis = i64::try_from(self.time.as_millis()).unwrap_or(i64::MAX);
        DateTime::from_millis(DateTime::now().timestamp_millis().saturating_add(millis))
    }
}
