//! A click on the page is one trace, through functions, bridge and broker to the mail, and says nothing about anybody.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use shop_tests::{Backend, Client, Order, Receiver, Retracing, Shop, ShopBuilder, Span, a_key, on_both};
use tokio::net::TcpListener;

on_both!(
    a_click_is_one_trace_to_the_mail,
    a_click_is_one_trace_whatever_the_runtime_makes_of_it,
    one_process_has_the_same_trace,
    the_dashboard_counts_what_was_sold
);

const CARD: &str = "4242424242424242";
/// The span of the page that asks. Nobody exports it.
const PAGE: &str = "00f067aa0ba902b7";

fn exporting(shop: ShopBuilder, to: &str) -> ShopBuilder {
    shop.variable("OTEL_EXPORTER_OTLP_ENDPOINT", to).variable("OTEL_BSP_SCHEDULE_DELAY", "100")
}

/// A trace's id of this test's own, and the header that the page sends.
fn a_trace() -> (String, String) {
    let trace = uuid::Uuid::new_v4().simple().to_string();
    let traceparent = format!("00-{trace}-{PAGE}-01");
    (trace, traceparent)
}

/// Lists, orders and pays as the page does within one trace.
async fn buy(guest: &Client, traceparent: &str) -> Order {
    let (_, variant) = guest.variants_with(5).await.remove(0);
    let traced = ("traceparent", traceparent);
    let list = guest.send(Method::GET, "/api/products?limit=24", &[traced], None).await.expect(200);
    assert_eq!(list.headers["traceresponse"].to_str().expect("text")[3..35], traceparent[3..35]);
    let body = Client::order_body(&[(variant["id"].as_str().expect("id"), 1)]);
    let key = a_key();
    let answer = guest.post_with("/api/orders", &[("idempotency-key", &key), traced], &body).await;
    let order = Order::of(&answer.expect(201));
    let card = serde_json::json!({
        "orderId": order.id,
        "card": { "number": CARD, "expiryMonth": 12, "expiryYear": 2031, "securityCode": "123", "holder": "Ada Lovelace" }
    });
    let token = order.access_token.clone().expect("a guest's order has a token");
    let headers = [("idempotency-key", &*key), ("x-order-token", &token), traced];
    guest.post_with("/api/payments", &headers, &card).await.expect(201);
    order
}

/// The names from the page's span down to this one; `None` while one in between is missing.
fn way<'a>(span: &'a Span, by_id: &BTreeMap<&'a str, &'a Span>) -> Option<Vec<&'a str>> {
    let mut names = vec![span.name.as_str()];
    let mut parent = span.parent.as_str();
    while parent != PAGE {
        let above = by_id.get(parent)?;
        names.push(&above.name);
        parent = &above.parent;
    }
    names.reverse();
    Some(names)
}

/// All ways from the page to a span; `None` while the trace is in pieces.
fn ways(spans: &[Span]) -> Option<Vec<Vec<&str>>> {
    let by_id = spans.iter().map(|span| (span.id.as_str(), span)).collect();
    spans.iter().map(|span| way(span, &by_id)).collect()
}

/// Whether the ways lead along these names, each of which may go on.
fn leads(ways: &[Vec<&str>], names: &[&str]) -> bool {
    ways.iter().any(|way| {
        way.len() >= names.len() && way.iter().zip(names).all(|(step, name)| step.starts_with(name))
    })
}

const TO_THE_BRIDGE: &str = "POST 1";
const BRIDGE_IN_PROCESS: &str = "POST bridge.mcommerce.internal";

/// The hops that every purchase has, given what requests to the bridge are called.
fn hops(bridge: &'static str) -> Vec<Vec<&'static str>> {
    let paid = ["POST /api/payments", "execute_wasm_component pay"];
    let settled =
        [&paid[..], &["POST settle-order.spin.internal", "execute_wasm_component settle-order"]].concat();
    let published = [&paid[..], &[bridge, "transact payments", "publish payment.succeeded"]].concat();
    let ordered = ["POST /api/orders", "execute_wasm_component create-order", bridge, "transact"];
    vec![
        vec!["GET /api/products", "execute_wasm_component list-products", bridge, "query"],
        [&ordered[..], &["publish order.created"]].concat(),
        [&settled[..], &[bridge, "transact orders"]].concat(),
        [&published[..], &["deliver settle-order"]].concat(),
        [&published[..], &["deliver send-email"]].concat(),
    ]
}

async fn a_click_is_one_trace_to_the_mail(backend: Backend) {
    let receiver = Receiver::start().await;
    let shop = exporting(Shop::with(backend).bridge_apart(), receiver.url()).start().await;
    let (trace, traceparent) = a_trace();
    let order = buy(&shop.visitor(), &traceparent).await;
    shop.inbox().until_about(std::slice::from_ref(&order.number)).await;

    let mut expected = hops(TO_THE_BRIDGE);
    let delivered =
        ["POST /events/send-email", "execute_wasm_component send-email", TO_THE_BRIDGE, "transact mails"];
    let mail = expected.pop().expect("the way to the mail");
    expected.push([&mail[..], &delivered].concat());
    let spans = receiver
        .until(&trace, |spans| {
            ways(spans).is_some_and(|ways| expected.iter().all(|names| leads(&ways, names)))
        })
        .await;
    services_kinds_and_conventions(&spans);
    says_nothing_about_anybody(&shop, &order, &spans).await;
    shop.stop().await.expect("the shop drains");
}

async fn a_click_is_one_trace_whatever_the_runtime_makes_of_it(backend: Backend) {
    let (receiver, retracing) = (Receiver::start().await, Retracing::start().await);
    let shop = exporting(Shop::with(backend).bridge_behind(&retracing), receiver.url()).start().await;
    let (trace, traceparent) = a_trace();
    let order = buy(&shop.visitor(), &traceparent).await;
    shop.inbox().until_about(std::slice::from_ref(&order.number)).await;
    let expected =
        ["query", "transact orders", "publish order.created", "deliver send-email", "transact mails"];
    receiver
        .until(&trace, |spans| {
            ways(spans).is_some()
                && expected.iter().all(|name| spans.iter().any(|span| span.name.starts_with(name)))
        })
        .await;
    shop.stop().await.expect("the shop drains");
}

/// Each program names itself, and spans have the kinds and attributes by which tools draw them.
fn services_kinds_and_conventions(spans: &[Span]) {
    let one = |service: &str, name: &str| {
        let found = spans.iter().find(|span| span.service == service && span.name == name);
        found.unwrap_or_else(|| panic!("no {name} of {service}"))
    };
    let said = |span: &Span, name: &str| span.attributes.get(name).cloned().unwrap_or_default();
    let front = one("mcommerce", "POST /api/payments");
    assert_eq!(front.kind.as_str_name(), "SPAN_KIND_SERVER");
    assert_eq!(said(front, "http.request.method"), "POST");
    assert_eq!(said(front, "http.route"), "/api/payments");
    assert_eq!(said(front, "http.response.status_code"), "201");
    assert_eq!(one("mcommerce", "execute_wasm_component pay").kind.as_str_name(), "SPAN_KIND_INTERNAL");
    assert_eq!(one("mcommerce", "POST settle-order.spin.internal").kind.as_str_name(), "SPAN_KIND_CLIENT");
    let bridge = one("mcommerce-bridge", "transact payments");
    assert_eq!(bridge.kind.as_str_name(), "SPAN_KIND_SERVER");
    assert_eq!(said(bridge, "db.collection.name"), "payments");
    assert_eq!(said(bridge, "db.operation.name"), "transact");
    let publish = one("mcommerce-bridge", "publish payment.succeeded");
    assert_eq!(publish.kind.as_str_name(), "SPAN_KIND_PRODUCER");
    let deliver = one("mcommerce-bridge", "deliver send-email");
    assert_eq!(deliver.kind.as_str_name(), "SPAN_KIND_CONSUMER");
    assert_eq!(said(deliver, "messaging.message.id"), said(publish, "messaging.message.id"));
    assert_eq!(said(deliver, "http.response.status_code"), "204");
}

async fn says_nothing_about_anybody(shop: &Shop, order: &Order, spans: &[Span]) {
    let mut secrets = shop.tokens().await.expect("the tokens");
    secrets.extend(["ada@example.com", "Lovelace", "12 rue des Lilas", CARD, "Bearer "].map(str::to_owned));
    secrets.push(order.access_token.clone().expect("a guest's order has a token"));
    // Whose order it is can be told from its id; routes have templates in its place.
    secrets.push(order.id.clone());
    for span in spans {
        for secret in &secrets {
            assert!(!span.text.contains(secret.as_str()), "{secret:?} is in {}", span.text);
        }
    }
}

async fn one_process_has_the_same_trace(backend: Backend) {
    let receiver = Receiver::start().await;
    let shop = exporting(Shop::with(backend), receiver.url()).start().await;
    let (trace, traceparent) = a_trace();
    buy(&shop.visitor(), &traceparent).await;
    let mut expected = hops(BRIDGE_IN_PROCESS);
    let mail = expected.pop().expect("the way to the mail");
    expected.push([&mail[..], &["execute_wasm_component send-email"]].concat());
    let whole =
        |spans: &[Span]| ways(spans).is_some_and(|ways| expected.iter().all(|names| leads(&ways, names)));
    let spans = receiver.until(&trace, whole).await;
    assert!(spans.iter().all(|span| span.service == "mcommerce"));
}

/// What Prometheus and the dashboard's figures are made of, with the bridge's part of it.
async fn the_dashboard_counts_what_was_sold(backend: Backend) {
    let shop = Shop::start(backend).await;
    let guest = shop.visitor();
    let before = guest.get("/_metrics").await.expect(200).text;
    let sold = "mcommerce_bridge_events_committed_total{kind=\"payment.succeeded\"}";
    assert!(before.contains(&format!("{sold} 0")), "there from the start: {before}");
    let (_, variant) = guest.variants_with(5).await.remove(0);
    let order = guest.order(&[(variant["id"].as_str().expect("id"), 1)]).await;
    guest.pay(&order).await;
    shop.inbox().until_about(std::slice::from_ref(&order.number)).await;
    let metrics = guest.get("/_metrics").await.expect(200).text;
    for series in [
        &format!("{sold} 1"),
        "mcommerce_bridge_events_committed_total{kind=\"order.created\"} 1",
        "mcommerce_mails_caught_total 1",
    ] {
        assert!(metrics.contains(series), "{series} in {metrics}");
    }
    assert_eq!(metrics.matches("# EOF").count(), 1, "one text, though of two registries");
    let page = guest.get("/_dashboard").await.expect(200).text;
    for figure in
        ["<dt>Orders</dt><dd>1</dd>", "<dt>Payments</dt><dd>1</dd>", "<th scope=row>send-email</th>"]
    {
        assert!(page.contains(figure), "{figure} in {page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_variable_nothing_is_exported() {
    let receiver = Receiver::start().await;
    let shop = Shop::with(Backend::embedded()).variable("OTEL_BSP_SCHEDULE_DELAY", "100").start().await;
    shop.visitor().get("/api/products").await.expect(200);
    shop.stop().await.expect("the shop drains");
    assert_eq!(receiver.requests(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_wants_kept_is_not_exported() {
    let receiver = Receiver::start().await;
    let shop = exporting(Shop::with(Backend::embedded()), receiver.url()).start().await;
    let guest = shop.visitor();
    let ((unwanted, first), (wanted, second)) = (a_trace(), a_trace());
    let first = first.replace("-01", "-00");
    for traceparent in [&first, &second] {
        guest.send(Method::GET, "/api/products", &[("traceparent", traceparent)], None).await.expect(200);
    }
    // The end of a program sends what is left, so that nothing can come after it.
    shop.stop().await.expect("the shop drains");
    assert!(!receiver.of_trace(&wanted).is_empty());
    assert_eq!(receiver.of_trace(&unwanted), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_never_answers_holds_up_nobody() {
    // Connections are taken by the kernel, and by nobody after it.
    let stuck = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", stuck.local_addr().expect("an address"));
    let shop = exporting(Shop::with(Backend::embedded()), &url)
        .variable("OTEL_BSP_MAX_QUEUE_SIZE", "8")
        .variable("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4")
        .start()
        .await;
    let guest = shop.visitor();
    let asked = async {
        for _ in 0..50 {
            guest.get("/api/products?limit=24").await.expect(200);
        }
    };
    tokio::time::timeout(Duration::from_secs(20), asked).await.expect("requests wait for no receiver");
    shop.stop().await.expect("the shop drains");
}
