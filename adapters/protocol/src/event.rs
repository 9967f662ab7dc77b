use std::fmt;

use bson::Document;
use serde::{Deserialize, Serialize};

use crate::PathError;

/// The type of an event, `domain.happened`: `order.created`, `payment.succeeded`. It is also the routing key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventType(String);

/// An event as a function emits it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEvent {
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// What it happened to. Events of one subject are delivered in the order of their transactions.
    pub subject: String,
    /// At most 64 KiB.
    pub data: Document,
}

/// An event as it is delivered: CloudEvents 1.0 in structured JSON mode.
/// <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CloudEvent<T = Document> {
    /// Always `1.0`.
    pub specversion: String,
    /// Unique; a UUIDv7. Consumers store it in the transaction that does their work.
    pub id: String,
    /// The function that emitted it, as `/functions/<name>`, or `/schedules/<name>`.
    pub source: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// What it happened to.
    pub subject: String,
    /// When, RFC 3339 UTC.
    pub time: String,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// The W3C trace context of the request that emitted it.
    /// <https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/distributed-tracing.md>
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// What the event says.
    pub data: T,
}

impl EventType {
    /// Parses `domain.happened`: two names of `[a-z][a-z_]*`, at most 60 bytes.
    pub fn parse(text: impl Into<String>) -> Result<Self, PathError> {
        let text = text.into();
        if text.len() > 60 {
            return Err(PathError::Length);
        }
        let name = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        };
        match text.split_once('.') {
            Some((domain, happened)) if name(domain) && name(happened) => Ok(Self(text)),
            _ => Err(PathError::Character),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for EventType {
    type Error = PathError;
    fn try_from(text: String) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

impl From<EventType> for String {
    fn from(kind: EventType) -> Self {
        kind.0
    }
}
