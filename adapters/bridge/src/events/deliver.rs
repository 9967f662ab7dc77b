use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::Traceparent;
use serde::Deserialize;

use crate::config::FunctionToken;

/// What the sources of a schedule's events begin with.
pub(crate) const SCHEDULES: &str = "/schedules/";

/// The media type of a delivered event.
pub const EVENT_MEDIA_TYPE: &str = "application/cloudevents+json";

/// The outcome of an attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    Answered(u16),
    TimedOut,
    /// The reason, without data.
    Unreachable(String),
}

/// Delivers events to functions.
#[async_trait]
pub trait Deliver: Send + Sync + 'static {
    /// Posts an event, a `CloudEvent` in structured JSON mode, to a path of a function as [`EVENT_MEDIA_TYPE`], with
    /// the function's own token as `Authorization: Bearer`, and with the context of this attempt as `traceparent` if
    /// there is one.
    async fn deliver(
        &self,
        function: &str,
        path: &str,
        token: &FunctionToken,
        traceparent: Option<&Traceparent>,
        event_json: Bytes,
        timeout: Duration,
    ) -> DeliveryOutcome;
}

/// What decides how an event is delivered.
#[derive(Default, Deserialize)]
pub(super) struct Head {
    #[serde(default)]
    source: String,
    traceparent: Option<String>,
}

impl Head {
    /// Reads it off an event; off anything else, it is empty.
    pub(super) fn read(event_json: &[u8]) -> Self {
        serde_json::from_slice(event_json).unwrap_or_default()
    }

    /// The context of the request that emitted the event.
    pub(super) fn traceparent(&self) -> Option<Traceparent> {
        Traceparent::parse(self.traceparent.as_deref()?)
    }

    /// Whether a schedule emitted the event.
    pub(super) fn is_tick(&self) -> bool {
        self.source.starts_with(SCHEDULES)
    }
}
