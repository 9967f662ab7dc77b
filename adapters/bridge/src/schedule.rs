//! Events emitted on a clock, once per tick however many bridges run.
//!
//! Every bridge computes the same id for a tick's event, and writes it in the transaction that advances the schedule's
//! document to the tick, so only one bridge succeeds. Ticks that were missed while no bridge ran are skipped; the
//! current one is emitted at once.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use application::{Name, Schedule};
use bson::{DateTime, doc};
use mcommerce_telemetry::{SpanExt as _, Traceparent, random_traceparent};
use protocol::{Change, CollectionName, Expect, Filter, Operation, Path, Query, Update};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::Notify;
use tokio::time::sleep;
use tracing::info_span;
use uuid::Uuid;

use crate::backoff::Backoff;
use crate::config::BackoffSettings;
use crate::error_chain::Chain;
use crate::events::{Emission, SCHEDULES};
use crate::store::{Store, StoreError};

fn schedules() -> CollectionName {
    CollectionName::internal("schedules")
}

fn tick_path() -> Path {
    Path::parse("tick").expect("the bridge's own field names are paths")
}

/// Emits the events of one schedule.
pub(crate) struct Clock {
    name: Name,
    schedule: Schedule,
    store: Arc<dyn Store>,
    committed: Arc<Notify>,
    backoff: BackoffSettings,
}

impl Clock {
    pub(crate) fn new(
        name: Name,
        schedule: Schedule,
        store: Arc<dyn Store>,
        committed: Arc<Notify>,
        backoff: BackoffSettings,
    ) -> Self {
        Self { name, schedule, store, committed, backoff }
    }

    /// Emits the tick that `now` falls into, unless it was emitted before. Returns whether this call emitted it.
    pub(crate) async fn tick(&self, now: SystemTime) -> Result<bool, StoreError> {
        let every = millis(self.schedule.every.get());
        let tick = millis(now.duration_since(UNIX_EPOCH).unwrap_or_default()) / every;
        let name = self.name.as_str();
        let query = Query { filter: Filter::id(name), limit: 1, ..Query::new(schedules()) };
        let known = self.store.query(&query).await?.documents;
        let advance = match known.first().map(|document| document.get_i64("tick")) {
            Some(Ok(known)) if known >= tick => return Ok(false),
            // What can't be read can't stop a schedule.
            Some(Err(_)) => {
                Operation::Upsert { collection: schedules(), document: doc! { "_id": name, "tick": tick } }
            }
            Some(Ok(_)) => Operation::Update {
                collection: schedules(),
                filter: Filter::id(name).and(Filter::Lt(tick_path(), tick.into())),
                update: Update(vec![Change::Set(tick_path(), tick.into())]),
                expect: Expect::Exactly(1),
            },
            None => {
                Operation::Insert { collection: schedules(), document: doc! { "_id": name, "tick": tick } }
            }
        };
        let emit = &self.schedule.emit;
        let span =
            info_span!(parent: None, "emit", otel.kind = "internal", otel.name = format!("emit {emit}"));
        let context = span.traceparent().unwrap_or_else(random_traceparent);
        let event = self.event(tick, tick.saturating_mul(every), &context).insert(0)?;
        match self.store.transact(&[advance, event]).await {
            Ok(_) => {
                self.committed.notify_one();
                Ok(true)
            }
            Err(StoreError::Conflict(_)) => Ok(false),
            Err(error) => {
                span.record_failure("not emitted");
                Err(error)
            }
        }
    }

    fn event(&self, tick: i64, at_millis: i64, context: &Traceparent) -> Emission {
        let name = self.name.as_str();
        let due = OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(at_millis);
        Emission {
            id: tick_id(name, tick, at_millis),
            source: format!("{SCHEDULES}{name}"),
            kind: self.schedule.emit.clone(),
            subject: name.to_owned(),
            traceparent: *context,
            data: doc! {
                "tick": tick,
                "due": due.format(&Rfc3339).unwrap_or_else(|_| DateTime::from_millis(at_millis).to_string()),
            },
        }
    }

    /// Emits every tick, indefinitely.
    pub(crate) async fn run(&self) {
        let mut backoff = Backoff::new(self.backoff);
        loop {
            match self.tick(SystemTime::now()).await {
                Ok(_) => {
                    backoff.reset();
                    sleep(until_next(SystemTime::now(), self.schedule.every.get())).await;
                }
                Err(error) => {
                    tracing::warn!(schedule = self.name.as_str(), error = %Chain(&error), "a tick could not be emitted and will be retried");
                    sleep(backoff.next()).await;
                }
            }
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).max(1)
}

fn until_next(now: SystemTime, every: Duration) -> Duration {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let into_tick = now.as_millis() % every.as_millis().max(1);
    every.saturating_sub(Duration::from_millis(u64::try_from(into_tick).unwrap_or_default()))
}

/// A UUIDv7 with the tick's time, whose random part is a hash of the schedule's name and the tick.
fn tick_id(name: &str, tick: i64, at_millis: i64) -> Uuid {
    let digest =
        Sha256::new().chain_update(name).chain_update([0]).chain_update(tick.to_be_bytes()).finalize();
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    uuid::Builder::from_unix_timestamp_millis(at_millis.unsigned_abs(), &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticks_id_is_the_same_everywhere_and_unlike_any_others() {
        let id = tick_id("expire-orders", 7, 210_000);
        assert_eq!(id, tick_id("expire-orders", 7, 210_000));
        assert_ne!(id, tick_id("expire-orders", 8, 210_000));
        assert_ne!(id, tick_id("expire-carts", 7, 210_000));
        assert_eq!(id.get_version_num(), 7);
    }

    #[test]
    fn the_wait_ends_with_the_tick() {
        let every = Duration::from_secs(30);
        let wait = |at: u64| until_next(UNIX_EPOCH + Duration::from_millis(at), every).as_millis();
        assert_eq!([wait(0), wait(1), wait(29_999), wait(30_000)], [30_000, 29_999, 1, 30_000]);
    }
}
