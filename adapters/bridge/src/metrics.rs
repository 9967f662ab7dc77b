//! The metrics of a bridge. Labels hold only names from the configuration, so the number of series is bounded.

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use protocol::EventType;

use crate::figures::{DeliveryFigures, EventFigures, Figures};

use application::Subscriptions;

const SECONDS: [f64; 12] = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct RequestLabels {
    pub(crate) operation: &'static str,
    pub(crate) function: String,
    pub(crate) status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OperationLabels {
    pub(crate) operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct EventLabels {
    pub(crate) kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct DeliveryLabels {
    pub(crate) subscription: String,
    pub(crate) outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct GrantLabels {
    pub(crate) function: String,
    /// As text: `read products`, `emit order.created`.
    pub(crate) grant: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct SubscriptionLabels {
    pub(crate) subscription: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct SetAsideLabels {
    pub(crate) collection: String,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) requests: Family<RequestLabels, Counter>,
    pub(crate) request_time: Histograms<OperationLabels>,
    pub(crate) in_flight: Gauge,
    pub(crate) shed: Counter,
    pub(crate) grant_uses: Family<GrantLabels, Counter>,
    pub(crate) events_committed: Family<EventLabels, Counter>,
    pub(crate) events_published: Family<EventLabels, Counter>,
    pub(crate) outbox_age: Gauge<f64, std::sync::atomic::AtomicU64>,
    pub(crate) relaying: Gauge,
    pub(crate) deliveries: Family<DeliveryLabels, Counter>,
    pub(crate) delivery_time: Histograms<SubscriptionLabels>,
    pub(crate) set_aside: Family<SetAsideLabels, Counter>,
    pub(crate) orphaned_queues: Gauge,
    pub(crate) store_up: Gauge,
    pub(crate) broker_up: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(SECONDS);
        let mut metrics = Self {
            registry: Registry::with_prefix("mcommerce_bridge"),
            requests: Family::default(),
            request_time: Family::new_with_constructor(histogram),
            in_flight: Gauge::default(),
            shed: Counter::default(),
            grant_uses: Family::default(),
            events_committed: Family::default(),
            events_published: Family::default(),
            outbox_age: Gauge::default(),
            relaying: Gauge::default(),
            deliveries: Family::default(),
            delivery_time: Family::new_with_constructor(histogram),
            set_aside: Family::default(),
            orphaned_queues: Gauge::default(),
            store_up: Gauge::default(),
            broker_up: Gauge::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let to = &mut self.registry;
        to.register("requests", "Requests by operation, function and status", self.requests.clone());
        let time = self.request_time.clone();
        to.register_with_unit("request", "Time to answer a request", Unit::Seconds, time);
        to.register("in_flight", "Requests in flight", self.in_flight.clone());
        to.register("shed", "Requests refused because too many were in flight", self.shed.clone());
        to.register("events_committed", "Events written to the outbox", self.events_committed.clone());
        to.register("grant_uses", "Uses of each grant of a function", self.grant_uses.clone());
        to.register(
            "events_published",
            "Events handed from the outbox to the broker",
            self.events_published.clone(),
        );
        let age = self.outbox_age.clone();
        to.register_with_unit("outbox_age", "Age of the oldest event in the outbox", Unit::Seconds, age);
        to.register("relaying", "1 while this bridge holds the relay's lease", self.relaying.clone());
        to.register("deliveries", "Attempts to deliver an event by outcome", self.deliveries.clone());
        let time = self.delivery_time.clone();
        to.register_with_unit("delivery", "Time of an attempt to deliver an event", Unit::Seconds, time);
        to.register("set_aside", "Unreadable documents moved out of the way", self.set_aside.clone());
        to.register(
            "orphaned_queues",
            "Queues of RabbitMQ that no bridge has used for an hour",
            self.orphaned_queues.clone(),
        );
        to.register("store_up", "1 while the store serves", self.store_up.clone());
        to.register("broker_up", "1 while the broker is connected", self.broker_up.clone());
    }

    /// Exports every series at 0, so that `rate()` sees the first increment.
    pub(crate) fn preregister<'a>(
        &self,
        kinds: impl Iterator<Item = &'a EventType>,
        subscriptions: &Subscriptions,
    ) {
        for kind in kinds {
            let labels = EventLabels { kind: kind.as_str().to_owned() };
            drop(self.events_committed.get_or_create(&labels));
            drop(self.events_published.get_or_create(&labels));
        }
        for collection in ["_outbox", "_deliveries"] {
            let labels = SetAsideLabels { collection: collection.to_owned() };
            drop(self.set_aside.get_or_create(&labels));
        }
        for subscription in subscriptions.iter() {
            for outcome in ["done", "retry", "parked", "skipped"] {
                let labels = DeliveryLabels { subscription: subscription.name().to_owned(), outcome };
                drop(self.deliveries.get_or_create(&labels));
            }
        }
    }

    /// Collects the counts that the dashboard shows, for these events and subscriptions.
    pub(crate) fn figures<'a>(
        &self,
        kinds: impl Iterator<Item = &'a EventType>,
        subscriptions: &Subscriptions,
    ) -> Figures {
        let events = kinds.map(|kind| {
            let labels = EventLabels { kind: kind.as_str().to_owned() };
            let committed = self.events_committed.get_or_create(&labels).get();
            let published = self.events_published.get_or_create(&labels).get();
            (labels.kind, EventFigures { committed, published })
        });
        let deliveries = subscriptions.iter().map(|subscription| {
            let name = subscription.name().to_owned();
            let count = |outcome| {
                let labels = DeliveryLabels { subscription: name.clone(), outcome };
                self.deliveries.get_or_create(&labels).get()
            };
            let (done, retry) = (count("done"), count("retry"));
            let (parked, skipped) = (count("parked"), count("skipped"));
            (name, DeliveryFigures { done, retry, parked, skipped })
        });
        Figures {
            store_up: self.store_up.get() > 0,
            broker_up: self.broker_up.get() > 0,
            outbox_age_seconds: self.outbox_age.get(),
            events: events.collect(),
            deliveries: deliveries.collect(),
        }
    }

    /// Encodes all metrics in the `OpenMetrics` text format.
    pub(crate) fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a string fails only if a metric's encoder does; a partial answer would be of no use.
        if text::encode(&mut text, &self.registry).is_err() {
            text.clear();
        }
        text
    }
}
