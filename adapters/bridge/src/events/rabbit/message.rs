use bson::DateTime;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};
use protocol::Traceparent;
use serde::Deserialize;

use crate::events::courier::Refusal;
use crate::events::dead_letter::{DeadLetter, letter_id};
use crate::events::deliver::EVENT_MEDIA_TYPE;

const PERSISTENT: u8 = 2;
const ATTEMPTS: &str = "x-mcommerce-attempts";
const STATUS: &str = "x-mcommerce-status";
const REASON: &str = "x-mcommerce-reason";
const PARKED_AT: &str = "x-mcommerce-parked-at";
/// The trace context of the hop, <https://w3c.github.io/trace-context-amqp/>. The event keeps its own.
const TRACEPARENT: &str = Traceparent::HEADER;

/// The part of an event that the bridge needs.
#[derive(Deserialize)]
pub(super) struct Envelope {
    pub(super) id: String,
    pub(super) subject: String,
}

impl Envelope {
    pub(super) fn read(event: &[u8]) -> Option<Self> {
        serde_json::from_slice(event).ok()
    }
}

/// The properties of an event that was not attempted yet.
pub(super) fn fresh(id: &str, kind: &str, traceparent: Option<&Traceparent>) -> BasicProperties {
    let mut headers = FieldTable::default();
    if let Some(traceparent) = traceparent {
        headers.insert(TRACEPARENT.into(), AMQPValue::LongString(traceparent.as_str().into()));
    }
    BasicProperties::default()
        .with_headers(headers)
        .with_content_type(EVENT_MEDIA_TYPE.into())
        .with_delivery_mode(PERSISTENT)
        .with_message_id(id.into())
        .with_type(kind.into())
}

/// The properties of a message after a failed attempt.
pub(super) fn refused(before: &BasicProperties, attempts: u32, refusal: &Refusal) -> BasicProperties {
    let mut headers = context_alone(before);
    headers.insert(ATTEMPTS.into(), AMQPValue::LongLongInt(attempts.into()));
    if let Some(status) = refusal.status {
        headers.insert(STATUS.into(), AMQPValue::LongLongInt(status.into()));
    }
    headers.insert(REASON.into(), AMQPValue::LongString(refusal.reason.as_str().into()));
    before.clone().with_headers(headers).with_delivery_mode(PERSISTENT)
}

/// The properties of a message that becomes a dead letter.
pub(super) fn parked(before: &BasicProperties, attempts: u32, refusal: &Refusal) -> BasicProperties {
    let properties = refused(before, attempts, refusal);
    let mut headers = properties.headers().clone().unwrap_or_default();
    let now = DateTime::now().try_to_rfc3339_string().unwrap_or_default();
    headers.insert(PARKED_AT.into(), AMQPValue::LongString(now.into()));
    properties.with_headers(headers)
}

/// The properties of a dead letter that is replayed.
pub(super) fn replayed(before: &BasicProperties) -> BasicProperties {
    before.clone().with_headers(context_alone(before)).with_delivery_mode(PERSISTENT)
}

/// The context of the publication.
pub(super) fn traceparent(properties: &BasicProperties) -> Option<Traceparent> {
    let value = header(properties, TRACEPARENT)?.as_long_string()?;
    Traceparent::parse(str::from_utf8(value.as_bytes()).ok()?)
}

fn context_alone(before: &BasicProperties) -> FieldTable {
    let mut headers = FieldTable::default();
    if let Some(context) = header(before, TRACEPARENT) {
        headers.insert(TRACEPARENT.into(), context.clone());
    }
    headers
}

/// How many attempts a message has had.
pub(super) fn attempts(properties: &BasicProperties) -> u32 {
    number(properties, ATTEMPTS).and_then(|attempts| attempts.try_into().ok()).unwrap_or_default()
}

/// Reads a message of a dead-letter queue. If it is not an event, its message id is used.
pub(super) fn letter(subscription: &str, properties: &BasicProperties, data: &[u8]) -> DeadLetter {
    let message_id = || properties.message_id().as_ref().map_or("unknown", |id| id.as_str()).to_owned();
    let event_id = Envelope::read(data).map_or_else(message_id, |event| event.id);
    DeadLetter {
        id: letter_id(&event_id, subscription),
        subscription: subscription.to_owned(),
        attempts: attempts(properties),
        status: number(properties, STATUS).and_then(|status| status.try_into().ok()),
        reason: words(properties, REASON),
        parked_at: words(properties, PARKED_AT),
        event: serde_json::from_slice(data).unwrap_or_default(),
    }
}

fn header<'a>(properties: &'a BasicProperties, name: &str) -> Option<&'a AMQPValue> {
    properties.headers().as_ref()?.inner().get(name)
}

fn number(properties: &BasicProperties, name: &str) -> Option<i64> {
    match header(properties, name)? {
        AMQPValue::LongLongInt(number) => Some(*number),
        AMQPValue::LongInt(number) => Some((*number).into()),
        _ => None,
    }
}

fn words(properties: &BasicProperties, name: &str) -> String {
    header(properties, name).and_then(AMQPValue::as_long_string).map(ToString::to_string).unwrap_or_default()
}
