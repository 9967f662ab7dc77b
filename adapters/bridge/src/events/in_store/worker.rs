use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bson::DateTime;
use protocol::{Direction, Filter, Path, Query, Scalar, SortKey};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::document::{Due, deliveries, done, in_state, park, path, retry};
use super::queue::Queue;
use crate::backoff::Backoff;
use crate::error_chain::Chain;
use crate::events::courier::{Courier, Verdict};
use crate::events::error::EventsError;
use crate::events::outbox::event_json;
use crate::set_aside::Page;
use crate::store::{Store, StoreError};
use application::Subscription;

/// Makes the deliveries that are due: for each subscription as many at a time as it allows, for each subject one at a
/// time.
pub(super) struct Worker<'a> {
    queue: &'a Queue,
    courier: Arc<Courier>,
    /// The subjects in flight, by subscription.
    in_flight: BTreeMap<String, BTreeSet<String>>,
    tasks: JoinSet<Finished>,
}

struct Finished {
    subscription: String,
    subject: String,
    recorded: Result<(), StoreError>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(queue: &'a Queue, courier: Arc<Courier>) -> Self {
        Self { queue, courier, in_flight: BTreeMap::new(), tasks: JoinSet::new() }
    }

    pub(super) async fn run(&mut self, stop: CancellationToken) {
        let mut backoff = Backoff::new(self.queue.backoff);
        while !stop.is_cancelled() {
            let pause = match self.fill().await {
                Ok(()) => {
                    backoff.reset();
                    self.queue.poll_interval
                }
                Err(error) => {
                    tracing::debug!(error = %Chain(&error), "due deliveries can't be read");
                    backoff.next()
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.queue.forwarded.notified() => {}
                Some(finished) = self.tasks.join_next() => self.finish(finished),
                () = sleep(pause) => {}
            }
        }
        // Deliveries in flight are still pending in the store, so the lease must be held until they are finished.
        while !self.tasks.is_empty() {
            tokio::select! {
                Some(finished) = self.tasks.join_next() => self.finish(finished),
                () = sleep(self.queue.poll_interval) => {
                    let _ = self.queue.lease.hold().await;
                }
            }
        }
    }

    /// Starts the deliveries that are due, as far as the limits allow.
    async fn fill(&mut self) -> Result<(), EventsError> {
        if !self.queue.lease.hold().await? {
            return Ok(());
        }
        for subscription in self.queue.subscriptions.iter() {
            loop {
                let due = self.due(subscription).await?;
                if due.is_empty() {
                    break;
                }
                for due in due {
                    self.start(subscription.clone(), due);
                }
            }
        }
        Ok(())
    }

    async fn due(&self, subscription: &Subscription) -> Result<Vec<Due>, StoreError> {
        let busy = self.in_flight.get(subscription.name());
        let room = usize::from(subscription.concurrency()).saturating_sub(busy.map_or(0, BTreeSet::len));
        if room == 0 {
            return Ok(Vec::new());
        }
        let mut all = vec![
            Filter::Eq(path("subscription"), subscription.name().into()),
            in_state("pending"),
            Filter::Lte(path("nextAt"), DateTime::now().into()),
        ];
        if let Some(busy) = busy.filter(|busy| !busy.is_empty()) {
            all.push(Filter::NotIn(path("subject"), busy.iter().map(Scalar::from).collect()));
        }
        let oldest_first = vec![SortKey { path: Path::id(), direction: Direction::Ascending }];
        let limit = u32::from(subscription.concurrency());
        let query = Query { filter: Filter::And(all), sort: oldest_first, limit, ..Query::new(deliveries()) };
        let found = self.queue.store.query(&query).await?;
        let mut subjects = BTreeSet::new();
        let Page { readable: mut due, unreadable } = Page::read(found.documents, Due::read);
        self.queue.set_aside.take(&deliveries(), unreadable).await?;
        due.retain(|due| subjects.insert(due.subject.clone()));
        due.truncate(room);
        Ok(due)
    }

    fn start(&mut self, subscription: Subscription, due: Due) {
        let name = subscription.name().to_owned();
        self.in_flight.entry(name.clone()).or_default().insert(due.subject.clone());
        let (courier, store) = (Arc::clone(&self.courier), Arc::clone(&self.queue.store));
        self.tasks.spawn(async move {
            let subject = due.subject.clone();
            let recorded = deliver(&courier, store.as_ref(), &subscription, due).await;
            Finished { subscription: name, subject, recorded }
        });
    }

    fn finish(&mut self, finished: Result<Finished, tokio::task::JoinError>) {
        match finished {
            Ok(Finished { subscription, subject, recorded }) => {
                if let Some(subjects) = self.in_flight.get_mut(&subscription) {
                    subjects.remove(&subject);
                }
                if let Err(error) = recorded {
                    tracing::warn!(subscription, error = %Chain(&error), "the outcome of a delivery was not recorded, so it will be repeated");
                }
            }
            // The subject is lost with the task. Forgetting all subjects only makes their deliveries due again.
            Err(error) => {
                tracing::error!(%error, "a delivery task panicked");
                self.in_flight.clear();
            }
        }
    }
}

async fn deliver(
    courier: &Courier,
    store: &dyn Store,
    subscription: &Subscription,
    due: Due,
) -> Result<(), StoreError> {
    let event = event_json(due.event);
    let verdict = courier.attempt(subscription, &due.event_id, event, due.attempts, due.traceparent).await;
    let record = match verdict {
        Verdict::Done | Verdict::Skip { .. } => done(&due.id),
        Verdict::Retry { after, attempts, refusal } => retry(&due.id, attempts, after, &refusal),
        Verdict::Park { attempts, refusal } => park(&due.id, attempts, &refusal),
    };
    store.transact(&[record]).await.map(drop)
}
