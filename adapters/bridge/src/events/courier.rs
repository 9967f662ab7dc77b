use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use mcommerce_telemetry::{SpanExt as _, Traceparent};
use tokio::time::timeout;
use tracing::field::Empty;
use tracing::{Span, info_span};

use super::deliver::{Deliver, DeliveryOutcome, Head};
use crate::config::FunctionTokens;
use crate::metrics::{DeliveryLabels, Metrics, SubscriptionLabels};
use application::Subscription;

/// How long a [`Deliver`] may exceed the time limit before it counts as stuck.
const GRACE: Duration = Duration::from_millis(500);

/// Attempts to deliver events, and decides what follows.
pub(crate) struct Courier {
    deliver: Arc<dyn Deliver>,
    tokens: FunctionTokens,
    metrics: Arc<Metrics>,
}

/// What follows from an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The function accepted the event.
    Done,
    /// The event must be retried.
    Retry { after: Duration, attempts: u32, refusal: Refusal },
    /// The event must be parked as a dead letter.
    Park { attempts: u32, refusal: Refusal },
    /// The event is dropped: its schedule emits another one soon, which makes up for it.
    Skip { attempts: u32, refusal: Refusal },
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: Option<u16>,
    pub(crate) reason: String,
}

/// The status by which a function says that retrying is useless.
const UNPROCESSABLE: u16 = 422;

impl Courier {
    pub(crate) fn new(deliver: Arc<dyn Deliver>, tokens: FunctionTokens, metrics: Arc<Metrics>) -> Self {
        Self { deliver, tokens, metrics }
    }

    /// Posts an event that has been posted `attempts` times before. Its span is a child of the previous hop if the
    /// broker kept that context, and otherwise of the context in the event.
    pub(crate) async fn attempt(
        &self,
        subscription: &Subscription,
        event_id: &str,
        event: Bytes,
        attempts: u32,
        hop: Option<Traceparent>,
    ) -> Verdict {
        let started = Instant::now();
        let name = subscription.name();
        let head = Head::read(&event);
        let parent = hop.or_else(|| head.traceparent());
        let span = info_span!(
            parent: None,
            "deliver",
            otel.kind = "consumer",
            otel.name = format!("deliver {name}"),
            messaging.operation.type = "process",
            messaging.operation.name = "deliver",
            messaging.destination.subscription.name = name,
            messaging.message.id = event_id,
            faas.invoked_name = subscription.function().as_str(),
            http.response.status_code = Empty,
        );
        span.set_remote_parent(|| parent);
        let context = span.traceparent().or(parent);
        let outcome = self.post(subscription, event, context.as_ref()).await;
        let verdict = judge(subscription, &outcome, attempts.saturating_add(1), head.is_tick());
        record(&span, &outcome, &verdict);
        let trace_id = context.as_ref().map(Traceparent::trace_id);
        let seconds = started.elapsed().as_secs_f64();
        let labels = SubscriptionLabels { subscription: name.to_owned() };
        self.metrics.delivery_time.get_or_create(&labels).observe(seconds);
        let outcome = match &verdict {
            Verdict::Done => "done",
            Verdict::Retry { attempts, refusal, after } => {
                let Refusal { status, reason } = refusal;
                let after_ms = after.as_millis();
                tracing::warn!(
                    "traceId" = trace_id,
                    event_id,
                    subscription = name,
                    attempts,
                    status,
                    reason,
                    after_ms,
                    "event refused, will be retried"
                );
                "retry"
            }
            Verdict::Park { attempts, refusal } | Verdict::Skip { attempts, refusal } => {
                let (outcome, told) = match verdict {
                    Verdict::Skip { .. } => ("skipped", "tick skipped"),
                    _ => ("parked", "event parked as a dead letter"),
                };
                let Refusal { status, reason } = refusal;
                tracing::error!(
                    "traceId" = trace_id,
                    event_id,
                    subscription = name,
                    attempts,
                    status,
                    reason,
                    "{told}"
                );
                outcome
            }
        };
        self.metrics
            .deliveries
            .get_or_create(&DeliveryLabels { subscription: name.to_owned(), outcome })
            .inc();
        verdict
    }

    async fn post(
        &self,
        subscription: &Subscription,
        event: Bytes,
        traceparent: Option<&Traceparent>,
    ) -> DeliveryOutcome {
        let function = subscription.function();
        let Some(token) = self.tokens.get(function) else {
            return DeliveryOutcome::Unreachable("the function has no token".into());
        };
        let limit = subscription.timeout();
        let delivery = self.deliver.deliver(function, subscription.path(), token, traceparent, event, limit);
        timeout(limit + GRACE, delivery).await.unwrap_or(DeliveryOutcome::TimedOut)
    }
}

fn record(span: &Span, outcome: &DeliveryOutcome, verdict: &Verdict) {
    if let DeliveryOutcome::Answered(status) = outcome {
        span.record("http.response.status_code", i64::from(*status));
    }
    match verdict {
        Verdict::Done => {}
        Verdict::Retry { refusal, .. } => span.record_failure(refusal.reason.clone()),
        Verdict::Park { refusal, .. } => span.record_failure(format!("parked: {}", refusal.reason)),
        Verdict::Skip { refusal, .. } => span.record_failure(format!("skipped: {}", refusal.reason)),
    }
}

fn judge(subscription: &Subscription, outcome: &DeliveryOutcome, attempts: u32, is_tick: bool) -> Verdict {
    let refusal = match outcome {
        DeliveryOutcome::Answered(200..=299) => return Verdict::Done,
        DeliveryOutcome::Answered(status) => {
            Refusal { status: Some(*status), reason: format!("answered {status}") }
        }
        DeliveryOutcome::TimedOut => {
            Refusal { status: None, reason: format!("no answer within {:?}", subscription.timeout()) }
        }
        DeliveryOutcome::Unreachable(reason) => {
            Refusal { status: None, reason: format!("unreachable: {reason}") }
        }
    };
    match subscription.delay_after(attempts) {
        Some(after) if refusal.status != Some(UNPROCESSABLE) => Verdict::Retry { after, attempts, refusal },
        _ if is_tick => Verdict::Skip { attempts, refusal },
        _ => Verdict::Park { attempts, refusal },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use application::Name;

    fn verdict(outcome: &DeliveryOutcome, attempts: u32) -> Verdict {
        let text = "events = [\"a.b\"]\nattempts = 3\nfirst_delay = \"1s\"\nlongest_delay = \"1m\"\n\
                    timeout = \"1s\"\nconcurrency = 1";
        let name = || Name::parse("a").unwrap();
        let subscription = Subscription::new(name(), name(), toml::from_str(text).unwrap()).unwrap();
        judge(&subscription, outcome, attempts, false)
    }

    #[test]
    fn only_2xx_is_accepted() {
        for status in [200, 202, 204, 299] {
            assert_eq!(verdict(&DeliveryOutcome::Answered(status), 1), Verdict::Done);
        }
        for status in [100, 301, 400, 404, 408, 409, 429, 500, 503] {
            assert!(
                matches!(verdict(&DeliveryOutcome::Answered(status), 1), Verdict::Retry { .. }),
                "{status}"
            );
        }
    }

    #[test]
    fn the_last_attempt_and_an_unprocessable_event_are_parked() {
        assert!(matches!(verdict(&DeliveryOutcome::TimedOut, 2), Verdict::Retry { .. }));
        assert!(matches!(verdict(&DeliveryOutcome::TimedOut, 3), Verdict::Park { attempts: 3, .. }));
        assert!(matches!(verdict(&DeliveryOutcome::Answered(422), 1), Verdict::Park { attempts: 1, .. }));
    }
}
