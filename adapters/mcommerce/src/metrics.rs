//! Counters of requests, errors and times for each component. Labels only hold names from the manifest, so the number of
//! series is bounded.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::runtime::CallError;

const SECONDS: [f64; 14] =
    [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ComponentLabels {
    component: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ClassLabels {
    component: String,
    status_class: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    component: String,
    reason: &'static str,
}

pub struct Metrics {
    registry: Registry,
    requests: Family<ClassLabels, Counter>,
    duration: Family<ComponentLabels, Histogram, fn() -> Histogram>,
    in_flight: Family<ComponentLabels, Gauge>,
    failures: Family<ReasonLabels, Counter>,
    mails: Counter,
}

/// The metrics of one component. All series are created at the start, so counting needs no lookup.
#[derive(Clone)]
pub struct ComponentMetrics {
    classes: [Counter; 5],
    duration: Histogram,
    times: Arc<Mutex<Times>>,
    in_flight: Gauge,
    busy: Counter,
    timed_out: Counter,
    failed: Counter,
}

/// The figures of a component that the dashboard shows.
pub(crate) struct ComponentFigures {
    pub(crate) requests: u64,
    /// Requests that were answered with 5xx or not at all.
    pub(crate) errors: u64,
    /// `None` before the first request, like `p99`.
    pub(crate) p50: Option<Duration>,
    pub(crate) p99: Option<Duration>,
    pub(crate) in_flight: i64,
}

/// Times in microseconds up to an hour, with two significant digits.
type Times = hdrhistogram::Histogram<u32>;

fn new_times() -> Times {
    Times::new_with_bounds(1, 3_600_000_000, 2).expect("the bounds are valid")
}

impl Default for Metrics {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(SECONDS);
        let mut metrics = Self {
            registry: Registry::with_prefix("mcommerce"),
            requests: Family::default(),
            duration: Family::new_with_constructor(histogram),
            in_flight: Family::default(),
            failures: Family::default(),
            mails: Counter::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        let help = "Requests to a component by the class of their status";
        registry.register("component_requests", help, self.requests.clone());
        let help = "Time until a component starts to answer";
        registry.register_with_unit("component_duration", help, Unit::Seconds, self.duration.clone());
        registry.register("component_in_flight", "Requests in flight", self.in_flight.clone());
        let help = "Requests that a component did not answer: busy, timed_out, failed";
        registry.register("component_failures", help, self.failures.clone());
        registry.register("mails_caught", "Mails received by the inbox", self.mails.clone());
    }

    pub fn component(&self, name: &str) -> ComponentMetrics {
        let component = || name.to_owned();
        let failures =
            |reason| self.failures.get_or_create_owned(&ReasonLabels { component: component(), reason });
        ComponentMetrics {
            classes: CLASSES.map(|status_class| {
                self.requests.get_or_create_owned(&ClassLabels { component: component(), status_class })
            }),
            duration: self.duration.get_or_create_owned(&ComponentLabels { component: component() }),
            times: Arc::new(Mutex::new(new_times())),
            in_flight: self.in_flight.get_or_create_owned(&ComponentLabels { component: component() }),
            busy: failures("busy"),
            timed_out: failures("timed_out"),
            failed: failures("failed"),
        }
    }

    pub fn set_mails(&self, count: u64) {
        self.mails.inner().store(count, Ordering::Relaxed);
    }

    /// Encodes all metrics in the `OpenMetrics` text format.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Only a metric's encoder can fail, and then partial output is useless.
        if text::encode(&mut text, &self.registry).is_err() {
            text.clear();
        }
        text
    }
}

impl ComponentMetrics {
    /// Counts a request.
    pub(crate) fn count(&self, answered: Result<StatusCode, CallError>, time: Duration) {
        let status = match answered {
            Ok(status) => status.as_u16(),
            Err(error) => {
                match error {
                    CallError::Busy => &self.busy,
                    CallError::TimedOut => &self.timed_out,
                    CallError::Failed => &self.failed,
                }
                .inc();
                500
            }
        };
        let class = usize::from(status / 100).clamp(1, CLASSES.len());
        self.classes[class - 1].inc();
        self.duration.observe(time.as_secs_f64());
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.times.lock().unwrap_or_else(PoisonError::into_inner).saturating_record(micros);
    }

    pub(crate) fn figures(&self) -> ComponentFigures {
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let quantile = |share| Duration::from_micros(times.value_at_quantile(share));
        ComponentFigures {
            requests: self.classes.iter().map(Counter::get).sum(),
            errors: self.classes[4].get(),
            p50: (!times.is_empty()).then(|| quantile(0.5)),
            p99: (!times.is_empty()).then(|| quantile(0.99)),
            in_flight: self.in_flight.get(),
        }
    }

    pub(crate) fn set_in_flight(&self, count: usize) {
        self.in_flight.set(i64::try_from(count).unwrap_or(i64::MAX));
    }
}
