use std::fmt;
use std::time::Duration;

use askama::Template;
use mcommerce_bridge::Figures;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::metrics::ComponentFigures;
use crate::runtime::Component;

/// How often a browser reloads the page.
const REFRESH_SECONDS: u8 = 5;

#[derive(Template)]
#[template(path = "dashboard.html")]
pub(super) struct DashboardPage<'a> {
    pub(super) functions: Vec<Function<'a>>,
    /// `None` if the bridge did not answer.
    pub(super) bridge: Option<Figures>,
    /// The number of mails in the inbox; `None` if mails go to a real server.
    pub(super) mails: Option<u64>,
    pub(super) since: OffsetDateTime,
}

/// A row in the table of functions.
pub(super) struct Function<'a> {
    name: &'a str,
    requests: u64,
    errors: Errors,
    p50: OrDash<Time>,
    p99: OrDash<Time>,
    in_flight: i64,
}

impl<'a> Function<'a> {
    pub(super) fn new(component: &'a Component) -> Self {
        let ComponentFigures { requests, errors, p50, p99, in_flight } = component.figures();
        Self {
            name: component.name(),
            requests,
            errors: Errors { count: errors, requests },
            p50: OrDash(p50.map(Time)),
            p99: OrDash(p99.map(Time)),
            in_flight,
        }
    }
}

impl DashboardPage<'_> {
    fn since(&self) -> String {
        let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
        self.since.format(format).unwrap_or_default()
    }

    fn committed(&self, kind: &str) -> OrDash<u64> {
        OrDash(self.bridge.as_ref().and_then(|bridge| Some(bridge.events.get(kind)?.committed)))
    }

    fn delivered(&self, subscription: &str) -> OrDash<u64> {
        OrDash(self.bridge.as_ref().and_then(|bridge| Some(bridge.deliveries.get(subscription)?.done)))
    }

    fn outbox_age(&self) -> OrDash<Time> {
        let age = self.bridge.as_ref().and_then(|it| Duration::try_from_secs_f64(it.outbox_age_seconds).ok());
        OrDash(age.filter(|age| !age.is_zero()).map(Time))
    }
}

/// A figure, or a dash if it is missing.
struct OrDash<T>(Option<T>);

impl<T: fmt::Display> fmt::Display for OrDash<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(figure) => figure.fmt(f),
            None => f.write_str("–"),
        }
    }
}

/// The share of requests that failed.
struct Errors {
    count: u64,
    requests: u64,
}

impl fmt::Display for Errors {
    #[expect(clippy::cast_precision_loss, reason = "the share is rounded to two digits")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            0 => f.write_str("0"),
            count => write!(f, "{:.2} %", count as f64 / self.requests as f64 * 100.0),
        }
    }
}

/// A duration, in seconds or milliseconds.
struct Time(Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_secs_f64() {
            seconds if seconds >= 1.0 => write!(f, "{seconds:.1} s"),
            seconds if seconds >= 0.01 => write!(f, "{:.0} ms", seconds * 1e3),
            seconds => write!(f, "{:.1} ms", seconds * 1e3),
        }
    }
}

#[cfg(test)]
mod tests {
    use mcommerce_bridge::{DeliveryFigures, EventFigures};

    use super::*;

    fn page(bridge: Option<Figures>) -> String {
        let errors = Errors { count: 1, requests: 8 };
        let (p50, p99) = (OrDash(Some(Time(Duration::from_micros(1500)))), OrDash(None));
        let function = Function { name: "pay", requests: 8, errors, p50, p99, in_flight: 2 };
        let since = time::macros::datetime!(2026-01-02 03:04:05.678 UTC);
        DashboardPage { functions: vec![function], bridge, mails: Some(3), since }.render().expect("the page")
    }

    fn has(html: &str, parts: &[&str]) {
        for part in parts {
            assert!(html.contains(part), "{part} is missing in {html}");
        }
    }

    #[test]
    fn the_bridges_figures_are_shown_and_bad_ones_are_marked() {
        let html = page(Some(Figures {
            store_up: true,
            broker_up: false,
            outbox_age_seconds: 2.0,
            events: [("order.created".to_owned(), EventFigures { committed: 5, published: 4 })].into(),
            deliveries: [(
                "send-email".to_owned(),
                DeliveryFigures { done: 3, retry: 2, parked: 1, skipped: 0 },
            )]
            .into(),
        }));
        has(&html, &["Figures since 2026-01-02 03:04:05 UTC", "<dt>Orders</dt><dd>5</dd>"]);
        has(&html, &["<dt>Payments</dt><dd>–</dd>", "<dt>Mails in the inbox</dt><dd>3</dd>"]);
        has(&html, &["<div><dt>Store</dt><dd>up</dd>", "<div class=bad><dt>Broker</dt><dd>down</dd>"]);
        has(&html, &["<dt>Oldest event in the outbox</dt><dd>2.0 s</dd>", "<td class=bad>1</td>"]);
        has(&html, &["<td class=bad>12.50 %</td>", "<td>1.5 ms</td>", "<td>–</td>"]);
    }

    #[test]
    fn functions_are_shown_even_if_the_bridge_does_not_answer() {
        let html = page(None);
        has(&html, &["The bridge does not report its figures.", "<th scope=row>pay</th>"]);
        assert!(!html.contains("<dt>Orders</dt>"), "{html}");
    }
}
