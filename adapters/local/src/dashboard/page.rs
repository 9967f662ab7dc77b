use std::fmt::Write as _;

use http::Response;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wasmtime_wasi_http::WasiBody;

use super::samples::{Labels, Samples};
use crate::html::{Page, escaped};

const STYLE: &str = include_str!("page.css");
/// After how many seconds the page is read again.
const REFRESH: u8 = 5;

const COMMITTED: &str = "mcommerce_bridge_events_committed_total";
const PUBLISHED: &str = "mcommerce_bridge_events_published_total";
const DELIVERIES: &str = "mcommerce_bridge_deliveries_total";
const REQUESTS: &str = "mcommerce_component_requests_total";
const DURATION: &str = "mcommerce_component_duration_seconds";

/// What the page shows.
pub(super) struct View {
    pub(super) own: Samples,
    pub(super) of_bridge: Option<Samples>,
    pub(super) inbox: bool,
    pub(super) since: OffsetDateTime,
}

impl View {
    pub(super) fn page(&self) -> Response<WasiBody> {
        let mut body = self.header();
        body.push_str("<main>");
        if let Some(bridge) = &self.of_bridge {
            body.push_str(&self.business(bridge));
            body.push_str(&self.functions());
            body.push_str(&events(bridge));
        } else {
            body.push_str("<p class=warning role=status>The bridge does not say what it counts.</p>");
            body.push_str(&self.functions());
        }
        body.push_str("</main>");
        Page { title: "Dashboard", style: STYLE, refresh: Some(REFRESH) }.with(&body)
    }

    fn header(&self) -> String {
        let since = self.since.format(&Rfc3339).unwrap_or_default();
        let since = since.get(..19).unwrap_or(&since).replace('T', " ");
        let inbox = if self.inbox { "<a href=\"/_inbox\">Inbox</a>" } else { "" };
        format!(
            "<header><h1>Dashboard</h1><p>Counted since {since} UTC, read again every {REFRESH} s.</p>\
             <nav aria-label=\"The shop's pages\"><a href=\"/\">Shop</a>{inbox}\
             <a href=\"/_metrics\">Metrics</a></nav></header>"
        )
    }

    fn business(&self, bridge: &Samples) -> String {
        let events = |kind: &str| bridge.sum(COMMITTED, &[("kind", kind)]);
        let mails = [("subscription", "send-email"), ("outcome", "done")];
        let mut figures = vec![
            ("Orders", events("order.created")),
            ("Payments", events("payment.succeeded")),
            ("Payments that failed", events("payment.failed")),
            ("Orders that expired", events("order.expired")),
            ("Mails handed over", bridge.sum(DELIVERIES, &mails)),
        ];
        if self.inbox {
            figures.push(("Mails in the inbox", self.own.sum("mcommerce_mails_caught_total", &[])));
        }
        section("Shop", &list(figures.into_iter().map(|(name, value)| (name, count(value), false))))
    }

    fn functions(&self) -> String {
        let mut rows = String::new();
        for name in self.own.values(REQUESTS, "component") {
            let of = [("component", name)];
            let requests = self.own.sum(REQUESTS, &of).unwrap_or_default();
            let errors = self.own.sum(REQUESTS, &[of[0], ("status_class", "5xx")]).unwrap_or_default();
            let share = if requests > 0.0 { errors / requests * 100.0 } else { 0.0 };
            row(
                &mut rows,
                name,
                &[
                    (count(Some(requests)), false),
                    (if errors > 0.0 { format!("{share:.2} %") } else { "0".to_owned() }, errors > 0.0),
                    (time(self.own.quantile(DURATION, &of, 0.5)), false),
                    (time(self.own.quantile(DURATION, &of, 0.99)), false),
                    (count(self.own.sum("mcommerce_component_in_flight", &of)), false),
                ],
            );
        }
        section("Functions", &table("Function", &["Requests", "Errors", "p50", "p99", "In flight"], &rows))
    }
}

fn events(bridge: &Samples) -> String {
    let one = |name: &str, labels: Labels<'_>| (count(bridge.sum(name, labels)), false);
    let mut kinds = String::new();
    for kind in bridge.values(PUBLISHED, "kind") {
        let of = [("kind", kind)];
        row(&mut kinds, kind, &[one(COMMITTED, &of), one(PUBLISHED, &of)]);
    }
    let mut subscriptions = String::new();
    for name in bridge.values(DELIVERIES, "subscription") {
        let of = |outcome| bridge.sum(DELIVERIES, &[("subscription", name), ("outcome", outcome)]);
        let parked = of("parked");
        let cells = [
            (count(of("done")), false),
            (count(of("retry")), false),
            (count(parked), parked.is_some_and(|parked| parked > 0.0)),
        ];
        row(&mut subscriptions, name, &cells);
    }
    let state = |name: &str| {
        let up = bridge.sum(name, &[]).is_some_and(|up| up > 0.0);
        (if up { "up" } else { "down" }.to_owned(), !up)
    };
    let (store, broker) = (state("mcommerce_bridge_store_up"), state("mcommerce_bridge_broker_up"));
    let age = bridge.sum("mcommerce_bridge_outbox_age_seconds", &[]);
    let health = list([
        ("Store", store.0, store.1),
        ("Broker", broker.0, broker.1),
        ("Oldest event in the outbox", time(age.filter(|age| *age > 0.0)), false),
    ]);
    [
        section("Bridge", &health),
        section("Events", &table("Event", &["Committed", "Published"], &kinds)),
        section(
            "Deliveries",
            &table("Subscription", &["Delivered", "Tried again", "Dead letters"], &subscriptions),
        ),
    ]
    .concat()
}

fn section(title: &str, content: &str) -> String {
    format!("<section aria-label=\"{title}\"><h2>{title}</h2>{content}</section>")
}

fn list(figures: impl IntoIterator<Item = (&'static str, String, bool)>) -> String {
    let mut html = String::from("<dl>");
    for (name, value, bad) in figures {
        let mark = if bad { " class=bad" } else { "" };
        // Writing to a text does not fail; here and below.
        let _ = write!(html, "<div{mark}><dt>{name}</dt><dd>{value}</dd></div>");
    }
    html + "</dl>"
}

/// A table that scrolls by itself where a screen is narrow, by keyboard as well.
fn table(first: &str, columns: &[&str], rows: &str) -> String {
    let mut head = format!("<th scope=col>{first}</th>");
    for column in columns {
        let _ = write!(head, "<th scope=col>{column}</th>");
    }
    format!(
        "<div class=scroll role=region tabindex=0 aria-label=\"{first}\"><table><thead><tr>{head}</tr></thead>\
         <tbody>{rows}</tbody></table></div>"
    )
}

fn row(html: &mut String, name: &str, cells: &[(String, bool)]) {
    let _ = write!(html, "<tr><th scope=row>{}</th>", escaped(name));
    for (value, bad) in cells {
        let mark = if *bad { " class=bad" } else { "" };
        let _ = write!(html, "<td{mark}>{value}</td>");
    }
    html.push_str("</tr>");
}

/// A count; nothing was ever counted is a dash.
fn count(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.0}"))
}

/// A time in the unit it is best read in.
fn time(seconds: Option<f64>) -> String {
    match seconds {
        None => "–".to_owned(),
        Some(seconds) if seconds >= 1.0 => format!("{seconds:.1} s"),
        Some(seconds) if seconds >= 0.01 => format!("{:.0} ms", seconds * 1e3),
        Some(seconds) => format!("{:.1} ms", seconds * 1e3),
    }
}
