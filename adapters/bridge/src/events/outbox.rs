use std::sync::Arc;

use bson::{Bson, Document, RawDocumentBuf, doc};
use bytes::Bytes;
use mcommerce_telemetry::{SpanExt as _, Traceparent};
use protocol::{
    CloudEvent, CollectionName, Direction, EventType, Expect, Filter, Operation, Path, Query, SortKey,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tracing::field::Empty;
use tracing::{Span, info_span};
use uuid::Uuid;

use crate::set_aside::{Page, SetAside};
use crate::store::{Store, StoreError};

/// The most events of one page.
pub(crate) const PAGE: u32 = 100;

/// An event to be written to the outbox.
pub(crate) struct Emission {
    pub(crate) id: Uuid,
    pub(crate) source: String,
    pub(crate) kind: EventType,
    pub(crate) subject: String,
    pub(crate) traceparent: Traceparent,
    pub(crate) data: Document,
}

/// The events that are committed but not yet published.
#[derive(Clone)]
pub(crate) struct Outbox {
    store: Arc<dyn Store>,
    set_aside: SetAside,
}

/// An event in the outbox.
pub(crate) struct Outgoing {
    pub(crate) id: String,
    pub(crate) kind: EventType,
    pub(crate) subject: String,
    pub(crate) event: Document,
}

fn collection() -> CollectionName {
    CollectionName::internal("outbox")
}

impl Emission {
    /// The operation that writes the event. `seq` is its position in its transaction. The outbox is ordered by id
    /// alone: a UUIDv7, which never decreases within one bridge.
    pub(crate) fn insert(self, seq: usize) -> Result<Operation, StoreError> {
        let id = self.id.to_string();
        let event = CloudEvent {
            specversion: "1.0".into(),
            id: id.clone(),
            source: self.source,
            kind: self.kind,
            subject: self.subject,
            time: OffsetDateTime::now_utc().format(&Rfc3339).map_err(StoreError::internal)?,
            datacontenttype: "application/json".into(),
            traceparent: Some(self.traceparent.to_string()),
            data: self.data,
        };
        let event = bson::serialize_to_document(&event).map_err(StoreError::internal)?;
        let seq = i64::try_from(seq).map_err(StoreError::internal)?;
        Ok(Operation::Insert {
            collection: collection(),
            document: doc! { "_id": id, "seq": seq, "event": event },
        })
    }
}

impl Outbox {
    pub(crate) fn new(store: Arc<dyn Store>, set_aside: SetAside) -> Self {
        Self { store, set_aside }
    }

    /// Returns the oldest events, in order, and sets aside what can't be read.
    pub(crate) async fn page(&self) -> Result<Vec<Outgoing>, StoreError> {
        let oldest_first = vec![SortKey { path: Path::id(), direction: Direction::Ascending }];
        let query = Query { sort: oldest_first, limit: PAGE, ..Query::new(collection()) };
        let found = self.store.query(&query).await?;
        let Page { readable, unreadable } = Page::read(found.documents, Outgoing::read);
        self.set_aside.take(&collection(), unreadable).await?;
        Ok(readable)
    }

    /// The operation that removes an event, and fails its transaction if the event is gone.
    pub(crate) fn take(id: &str) -> Operation {
        Operation::Delete { collection: collection(), filter: Filter::id(id), expect: Expect::Exactly(1) }
    }

    /// Removes the events that the broker has confirmed.
    pub(crate) async fn remove(&self, ids: impl Iterator<Item = &str>) -> Result<(), StoreError> {
        let filter = Filter::In(Path::id(), ids.map(Into::into).collect());
        let delete = Operation::Delete { collection: collection(), filter, expect: Expect::Any };
        self.store.transact(&[delete]).await.map(drop)
    }
}

impl Outgoing {
    fn read(stored: &RawDocumentBuf) -> Result<Self, StoreError> {
        const WHAT: &str = "an event in the outbox";
        let mut document =
            Document::try_from(stored.as_ref()).map_err(|error| StoreError::unreadable(WHAT, error))?;
        let Some(Bson::Document(event)) = document.remove("event") else {
            return Err(StoreError::malformed(WHAT));
        };
        let text = |key: &str| match event.get_str(key) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(StoreError::unreadable(WHAT, error)),
        };
        Ok(Self {
            id: text("id")?,
            kind: EventType::parse(text("type")?).map_err(|error| StoreError::unreadable(WHAT, error))?,
            subject: text("subject")?,
            event,
        })
    }

    /// The context of the request that emitted the event.
    pub(crate) fn traceparent(&self) -> Option<Traceparent> {
        self.event.get_str("traceparent").ok().and_then(Traceparent::parse)
    }

    /// Starts the span of publishing the event. The event keeps the context it was emitted in, as the `CloudEvents`
    /// extension requires; the context of this hop is sent beside it, in the message.
    pub(crate) fn publishing(&self) -> Span {
        let span = info_span!(
            parent: None,
            "publish",
            otel.kind = "producer",
            otel.name = format!("publish {}", self.kind),
            messaging.operation.type = "send",
            messaging.operation.name = "publish",
            messaging.message.id = self.id,
            messaging.system = Empty,
            cloudevents.event_type = self.kind.as_str(),
        );
        span.set_remote_parent(|| self.traceparent());
        span
    }

    pub(crate) fn age_seconds(&self) -> f64 {
        let emitted = Uuid::parse_str(&self.id).ok().and_then(|id| id.get_timestamp());
        emitted.map_or(0.0, |at| {
            let (seconds, nanos) = at.to_unix();
            let at = std::time::UNIX_EPOCH + std::time::Duration::new(seconds, nanos);
            at.elapsed().unwrap_or_default().as_secs_f64()
        })
    }

    pub(crate) fn json(&self) -> Bytes {
        event_json(self.event.clone())
    }
}

/// Encodes a stored event as CloudEvents JSON, with relaxed extended JSON for values that JSON lacks.
pub(crate) fn event_json(event: Document) -> Bytes {
    Bson::Document(event).into_relaxed_extjson().to_string().into()
}
