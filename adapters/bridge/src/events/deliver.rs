use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::Traceparent;
use serde::Deserialize;

use crate::config::FunctionToken;

/// The media type of a delivered event.
pub const EVENT_MEDIA_TYPE: &str = "application/cloudevents+json";

/// What became of one attempt to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The function answered with this HTTP status.
    Answered(u16),
    /// The function did not answer in time.
    TimedOut,
    /// The function can't be reached; says why, without data.
    Unreachable(String),
}

/// Brings events to functions.
#[async_trait]
pub trait Deliver: Send + Sync + 'static {
    /// Posts an event, a `CloudEvent` in structured JSON mode, to the path of a function as [`EVENT_MEDIA_TYPE`],
    /// with the function's own token as `Authorization: Bearer` and the context of this attempt, if there is one, as
    /// the header `traceparent`.
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

/// The W3C trace context that an event carries: that of the request which emitted it, wherever it went since.
pub(super) fn traceparent_of(event_json: &[u8]) -> Option<Traceparent> {
    #[derive(Deserialize)]
    struct Traced {
        traceparent: Option<String>,
    }
    Traceparent::parse(&serde_json::from_slice::<Traced>(event_json).ok()?.traceparent?)
}
