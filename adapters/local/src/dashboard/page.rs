use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use http::Response;
use mcommerce_bridge::Figures;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wasmtime_wasi_http::WasiBody;

use crate::html::{Page, escaped};
use crate::metrics::ComponentFigures;

const STYLE: &str = include_str!("page.css");
/// After how many seconds the page is read again.
const REFRESH: u8 = 5;

/// What the page shows.
pub(super) struct View {
    /// By the component's name.
    pub(super) components: BTreeMap<String, ComponentFigures>,
    /// What the bridge says it counts, if it does.
    pub(super) bridge: Option<Figures>,
    /// How many mails the inbox has caught, if there is one.
    pub(super) mails: Option<u64>,
    pub(super) since: OffsetDateTime,
}

impl View {
    pub(super) fn page(&self) -> Response<WasiBody> {
        let mut body = self.header();
        body.push_str("<main>");
        if let Some(bridge) = &self.bridge {
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
        let inbox = if self.mails.is_some() { "<a href=\"/_inbox\">Inbox</a>" } else { "" };
        format!(
            "<header><h1>Dashboard</h1><p>Counted since {since} UTC, read again every {REFRESH} s.</p>\
             <nav aria-label=\"The shop's pages\"><a href=\"/\">Shop</a>{inbox}\
             <a href=\"/_metrics\">Metrics</a></nav></header>"
        )
    }

    fn business(&self, bridge: &Figures) -> String {
        let events = |kind: &str| bridge.events.get(kind).map(|it| it.committed);
        let mut figures = vec![
            ("Orders", events("order.created")),
            ("Payments", events("payment.succeeded")),
            ("Payments that failed", events("payment.failed")),
            ("Orders that expired", events("order.expired")),
            ("Mails handed over", bridge.deliveries.get("send-email").map(|it| it.done)),
        ];
        if self.mails.is_some() {
            figures.push(("Mails in the inbox", self.mails));
        }
        section("Shop", &list(figures.into_iter().map(|(name, value)| (name, count(value), false))))
    }

    #[expect(clippy::cast_precision_loss, reason = "a share is shown with two digits")]
    fn functions(&self) -> String {
        let mut rows = String::new();
        for (name, figures) in &self.components {
            let ComponentFigures { requests, errors, half, most, in_flight } = *figures;
            let share = || format!("{:.2} %", errors as f64 / requests as f64 * 100.0);
            row(
                &mut rows,
                name,
                &[
                    (requests.to_string(), false),
                    (if errors > 0 { share() } else { "0".to_owned() }, errors > 0),
                    (time(half), false),
                    (time(most), false),
                    (in_flight.to_string(), false),
                ],
            );
        }
        section("Functions", &table("Function", &["Requests", "Errors", "p50", "p99", "In flight"], &rows))
    }
}

fn events(bridge: &Figures) -> String {
    let mut kinds = String::new();
    for (kind, figures) in &bridge.events {
        row(
            &mut kinds,
            kind,
            &[(figures.committed.to_string(), false), (figures.published.to_string(), false)],
        );
    }
    let mut subscriptions = String::new();
    for (name, figures) in &bridge.deliveries {
        let cells = [
            (figures.done.to_string(), false),
            (figures.retry.to_string(), false),
            (figures.parked.to_string(), figures.parked > 0),
        ];
        row(&mut subscriptions, name, &cells);
    }
    let state = |up: bool| (if up { "up" } else { "down" }.to_owned(), !up);
    let (store, broker) = (state(bridge.store_up), state(bridge.broker_up));
    let age = Duration::try_from_secs_f64(bridge.outbox_age_seconds).ok().filter(|age| !age.is_zero());
    let health = list([
        ("Store", store.0, store.1),
        ("Broker", broker.0, broker.1),
        ("Oldest event in the outbox", time(age), false),
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

/// A count; of what can't be counted, a dash.
fn count(value: Option<u64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

/// A time in the unit it is best read in.
fn time(time: Option<Duration>) -> String {
    match time.map(|time| time.as_secs_f64()) {
        None => "–".to_owned(),
        Some(seconds) if seconds >= 1.0 => format!("{seconds:.1} s"),
        Some(seconds) if seconds >= 0.01 => format!("{:.0} ms", seconds * 1e3),
        Some(seconds) => format!("{:.1} ms", seconds * 1e3),
    }
}
