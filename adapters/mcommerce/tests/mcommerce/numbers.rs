use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use http::StatusCode;

use crate::support::{TestShop, start, start_with};

/// The value of a series. Labels may be in any order.
async fn value(shop: &TestShop, name: &str, labels: &[&str]) -> u64 {
    let metrics = shop.get("/_metrics").await;
    assert_eq!(metrics.status, StatusCode::OK);
    let line = metrics
        .body
        .lines()
        .find(|line| line.starts_with(name) && labels.iter().all(|label| line.contains(label)))
        .unwrap_or_else(|| panic!("no {name} with {labels:?} in {}", metrics.body));
    line.rsplit(' ').next().and_then(|value| value.parse().ok()).expect("a number")
}

const REQUESTS: &str = "mcommerce_component_requests_total";
const FAILURES: &str = "mcommerce_component_failures_total";
const MISBEHAVING: &str = "component=\"misbehaving\"";

#[tokio::test(flavor = "multi_thread")]
async fn requests_failures_and_times_are_counted_for_each_component() {
    let shop = start_with(|config| config.limits.request_time = Duration::from_secs(1)).await;
    for (path, times) in [("hello", 3), ("panic", 2), ("silent", 1)] {
        for _ in 0..times {
            shop.get(&format!("/misbehaving/{path}")).await;
        }
    }
    let requests = async |class: &str| value(&shop, REQUESTS, &[MISBEHAVING, class]).await;
    assert_eq!((requests("2xx").await, requests("5xx").await, requests("4xx").await), (3, 3, 0));
    let failures = async |reason: &str| value(&shop, FAILURES, &[MISBEHAVING, reason]).await;
    assert_eq!((failures("failed").await, failures("timed_out").await), (2, 1));
    let observed = "mcommerce_component_duration_seconds_count";
    assert_eq!(value(&shop, observed, &[MISBEHAVING]).await, 6);
    assert_eq!(value(&shop, "mcommerce_component_in_flight", &[MISBEHAVING]).await, 0);
    assert_eq!(
        value(&shop, REQUESTS, &["component=\"private\"", "2xx"]).await,
        0,
        "series exist from the start"
    );
    let metrics = shop.get("/_metrics").await;
    assert!(metrics.body.ends_with("# EOF\n") && metrics.body.matches("# EOF").count() == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_shows_each_component_without_a_script() {
    let shop = start().await;
    shop.get("/misbehaving/hello").await;
    let page = shop.get("/_dashboard").await;
    assert_eq!(page.status, StatusCode::OK);
    let policy = page.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    assert!(!page.body.contains("<script"));
    for component in ["misbehaving", "neighbour", "private"] {
        assert!(page.body.contains(&format!("<th scope=row>{component}</th>")), "{}", page.body);
    }
    assert!(page.body.contains("/_inbox"));
    assert_eq!(shop.post("/_dashboard", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_can_be_hidden_from_the_outside() {
    let inside = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let shop = start_with(|config| {
        config.dashboard = false;
        config.internal_listen = Some(inside);
    })
    .await;
    for path in ["/_dashboard", "/_metrics"] {
        assert_eq!(shop.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(shop.shop.addresses().dashboard, None);
    let internal = shop.shop.addresses().internal.clone().expect("an internal listener");
    let answer = shop
        .send(
            http::Request::get(format!("{internal}/_metrics"))
                .body(http_body_util::Full::default())
                .expect("a request"),
        )
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}
