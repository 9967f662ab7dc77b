use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::Traceparent;
use serde::Deserialize;

use crate::config::FunctionToken;

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

/// The trace context in an event: that of the request that emitted it.
pub(super) fn traceparent_of(event_json: &[u8]) -> Option<Traceparent> {
    #[derive(Deserialize)]
    struct Traced {
        traceparent: Option<String>,
    }
    Traceparent::parse(&serde_json::from_slice::<Traced>(event_json).ok()?.traceparent?)
}
