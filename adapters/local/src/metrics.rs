//! What the host counts: requests, errors and times of each component. Labels hold names from the manifest only, so
//! their number is bounded.

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
struct OfComponent {
    component: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfClass {
    component: String,
    status_class: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfReason {
    component: String,
    reason: &'static str,
}

/// All that the host counts.
pub struct HostMetrics {
    registry: Registry,
    requests: Family<OfClass, Counter>,
    duration: Family<OfComponent, Histogram, fn() -> Histogram>,
    in_flight: Family<OfComponent, Gauge>,
    failures: Family<OfReason, Counter>,
    mails: Counter,
}

/// What is counted of one component. All of it is there from the start, so that counting looks nothing up.
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

/// What is counted of a component, for a person.
pub(crate) struct ComponentFigures {
    pub(crate) requests: u64,
    /// Those answered with a 5xx, or not at all.
    pub(crate) errors: u64,
    /// The time that half of the requests took at most; `None` if there were none.
    pub(crate) half: Option<Duration>,
    /// The time that 99 of 100 requests took at most.
    pub(crate) most: Option<Duration>,
    pub(crate) in_flight: i64,
}

/// Times in microseconds, two digits of them, up to an hour.
type Times = hdrhistogram::Histogram<u32>;

fn new_times() -> Times {
    Times::new_with_bounds(1, 3_600_000_000, 2).expect("the bounds are in order and two digits are allowed")
}

impl Default for HostMetrics {
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

impl HostMetrics {
    fn register(&mut self) {
        let to = &mut self.registry;
        let help = "Requests to a component by the class of their status";
        to.register("component_requests", help, self.requests.clone());
        let help = "Time until a component begins to answer";
        to.register_with_unit("component_duration", help, Unit::Seconds, self.duration.clone());
        to.register("component_in_flight", "Requests in flight", self.in_flight.clone());
        let help = "Requests that a component did not answer: busy, timed_out, failed";
        to.register("component_failures", help, self.failures.clone());
        to.register("mails_caught", "Mails that came into the inbox", self.mails.clone());
    }

    /// What is counted of a component.
    pub fn component(&self, name: &str) -> ComponentMetrics {
        let component = || name.to_owned();
        let failures =
            |reason| self.failures.get_or_create_owned(&OfReason { component: component(), reason });
        ComponentMetrics {
            classes: CLASSES.map(|status_class| {
                self.requests.get_or_create_owned(&OfClass { component: component(), status_class })
            }),
            duration: self.duration.get_or_create_owned(&OfComponent { component: component() }),
            times: Arc::new(Mutex::new(new_times())),
            in_flight: self.in_flight.get_or_create_owned(&OfComponent { component: component() }),
            busy: failures("busy"),
            timed_out: failures("timed_out"),
            failed: failures("failed"),
        }
    }

    /// Takes note of how many mails the inbox has taken.
    pub fn set_mails(&self, count: u64) {
        self.mails.inner().store(count, Ordering::Relaxed);
    }

    /// All of it in the `OpenMetrics` text format.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a string fails only if a metric's own encoder does, and then a partial answer helps nobody.
        if text::encode(&mut text, &self.registry).is_err() {
            text.clear();
        }
        text
    }
}

impl ComponentMetrics {
    /// Counts a request that was answered, or was not.
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

    /// What a person wants to see of it.
    pub(crate) fn figures(&self) -> ComponentFigures {
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let below = |share| Duration::from_micros(times.value_at_quantile(share));
        ComponentFigures {
            requests: self.classes.iter().map(Counter::get).sum(),
            errors: self.classes[4].get(),
            half: (!times.is_empty()).then(|| below(0.5)),
            most: (!times.is_empty()).then(|| below(0.99)),
            in_flight: self.in_flight.get(),
        }
    }

    /// Takes note of how many are in flight.
    pub(crate) fn set_in_flight(&self, count: usize) {
        self.in_flight.set(i64::try_from(count).unwrap_or(i64::MAX));
    }
}
