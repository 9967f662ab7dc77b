//! The shape of a delivery: `{ _id: "<event>.<subscription>", subscription, subject, state: "pending" | "parked",
//! attempts, nextAt, traceparent, event }`, and once refused `lastStatus` and `lastReason`, and once parked `parkedAt`.

use std::time::Duration;

use bson::{Bson, DateTime, Document, RawDocumentBuf, doc};
use protocol::{Change, CollectionName, Expect, Filter, Operation, Path, Traceparent, Update};

use crate::events::courier::Refusal;
use crate::events::dead_letter::{DeadLetter, letter_id};
use crate::events::outbox::Outgoing;
use crate::store::StoreError;

const DELIVERY: &str = "a delivery";

/// A delivery that is due.
pub(super) struct Due {
    pub(super) id: String,
    pub(super) event_id: String,
    pub(super) subject: String,
    pub(super) attempts: u32,
    /// The context of its publication.
    pub(super) traceparent: Option<Traceparent>,
    pub(super) event: Document,
}

pub(super) fn deliveries() -> CollectionName {
    CollectionName::internal("deliveries")
}

pub(super) fn path(name: &str) -> Path {
    Path::parse(name).expect("the bridge's own field names are paths")
}

pub(super) fn in_state(state: &str) -> Filter {
    Filter::Eq(path("state"), state.into())
}

pub(super) fn pending(subscription: &str, event: &Outgoing, traceparent: Option<Traceparent>) -> Operation {
    let document = doc! {
        "_id": letter_id(&event.id, subscription),
        "subscription": subscription,
        "subject": &event.subject,
        "state": "pending",
        "attempts": 0_i64,
        "nextAt": DateTime::now(),
        "traceparent": traceparent.as_ref().map(Traceparent::as_str),
        "event": event.event.clone(),
    };
    Operation::Upsert { collection: deliveries(), document }
}

pub(super) fn done(id: &str) -> Operation {
    Operation::Delete { collection: deliveries(), filter: Filter::id(id), expect: Expect::Any }
}

pub(super) fn retry(id: &str, attempts: u32, after: Duration, refusal: &Refusal) -> Operation {
    let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
    let next = DateTime::from_millis(DateTime::now().timestamp_millis().saturating_add(after));
    let mut changes = refused(attempts, refusal);
    changes.push(Change::Set(path("nextAt"), next.into()));
    update(Filter::id(id), changes, Expect::Any)
}

pub(super) fn park(id: &str, attempts: u32, refusal: &Refusal) -> Operation {
    let mut changes = refused(attempts, refusal);
    changes.push(Change::Set(path("state"), "parked".into()));
    changes.push(Change::Set(path("parkedAt"), DateTime::now().into()));
    update(Filter::id(id), changes, Expect::Any)
}

/// Makes a parked delivery pending again, with all its attempts.
pub(super) fn replay(id: &str) -> Operation {
    let changes = vec![
        Change::Set(path("state"), "pending".into()),
        Change::Set(path("attempts"), 0_i64.into()),
        Change::Set(path("nextAt"), DateTime::now().into()),
        Change::Unset(path("parkedAt")),
    ];
    update(Filter::id(id).and(in_state("parked")), changes, Expect::Exactly(1))
}

pub(super) fn discard(id: &str) -> Operation {
    let filter = Filter::id(id).and(in_state("parked"));
    Operation::Delete { collection: deliveries(), filter, expect: Expect::Exactly(1) }
}

fn refused(attempts: u32, refusal: &Refusal) -> Vec<Change> {
    vec![
        Change::Set(path("attempts"), i64::from(attempts).into()),
        Change::Set(path("lastStatus"), refusal.status.map_or(Bson::Null, |status| i64::from(status).into())),
        Change::Set(path("lastReason"), refusal.reason.as_str().into()),
    ]
}

fn update(filter: Filter, changes: Vec<Change>, expect: Expect) -> Operation {
    Operation::Update { collection: deliveries(), filter, update: Update(changes), expect }
}

fn whole(document: &Document, key: &str) -> Option<i64> {
    match document.get(key) {
        Some(Bson::Int32(number)) => Some((*number).into()),
        Some(Bson::Int64(number)) => Some(*number),
        _ => None,
    }
}

impl Due {
    pub(super) fn read(stored: &RawDocumentBuf) -> Result<Self, StoreError> {
        let mut document = decode(stored)?;
        let attempts = whole(&document, "attempts").and_then(|attempts| attempts.try_into().ok());
        let (Ok(id), Ok(subject), Some(attempts)) =
            (document.get_str("_id"), document.get_str("subject"), attempts)
        else {
            return Err(StoreError::malformed(DELIVERY));
        };
        let (id, subject) = (id.to_owned(), subject.to_owned());
        let traceparent = document.get_str("traceparent").ok().and_then(Traceparent::parse);
        let Some(Bson::Document(event)) = document.remove("event") else {
            return Err(StoreError::malformed(DELIVERY));
        };
        let event_id =
            event.get_str("id").map_err(|error| StoreError::unreadable(DELIVERY, error))?.to_owned();
        Ok(Self { id, event_id, subject, attempts, traceparent, event })
    }
}

pub(super) fn letter(stored: &RawDocumentBuf) -> Result<DeadLetter, StoreError> {
    let mut document = decode(stored)?;
    let text = |document: &Document, key: &str| document.get_str(key).unwrap_or_default().to_owned();
    let parked_at = document.get_datetime("parkedAt").ok().and_then(|at| at.try_to_rfc3339_string().ok());
    let event = document.remove("event").unwrap_or(Bson::Null).into_relaxed_extjson();
    Ok(DeadLetter {
        id: text(&document, "_id"),
        subscription: text(&document, "subscription"),
        attempts: whole(&document, "attempts")
            .and_then(|attempts| attempts.try_into().ok())
            .unwrap_or_default(),
        status: whole(&document, "lastStatus").and_then(|status| status.try_into().ok()),
        reason: text(&document, "lastReason"),
        parked_at: parked_at.unwrap_or_default(),
        event,
    })
}

fn decode(stored: &RawDocumentBuf) -> Result<Document, StoreError> {
    Document::try_from(stored.as_ref()).map_err(|error| StoreError::unreadable(DELIVERY, error))
}
