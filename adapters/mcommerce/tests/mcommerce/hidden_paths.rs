use std::net::{Ipv4Addr, SocketAddr};

use http::{Request, StatusCode};
use http_body_util::Full;

use crate::support::{raw, start, start_with};

fn request(target: &str) -> String {
    format!("POST {target} HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn internal_paths_are_not_served_to_the_outside() {
    let shop = start().await;
    for path in ["/internal", "/internal/hello", "/events/neighbour", "/INTERNAL/hello"] {
        let answer = shop.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.problem()["code"], "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tricks_with_the_path_do_not_reach_internal_paths() {
    let shop = start().await;
    for target in [
        "/%69nternal/hello",
        "/%49nternal/hello",
        "//internal/hello",
        "/internal//hello",
        "/./internal/hello",
        "/misbehaving/../internal/hello",
        "/misbehaving/%2e%2e/internal/hello",
        "/misbehaving/..%2finternal/hello",
        "/%2finternal/hello",
        "/misbehaving\\..\\internal/hello",
        "/internal%2fhello",
        "/internal%00/hello",
        "/events%2fneighbour",
        "/ev%65nts/neighbour",
        "http://shop.example/internal/hello",
        "http://neighbour.spin.internal/internal/hello",
        "http://shop.example//internal/hello",
        "*",
        "internal/hello",
    ] {
        let answer = shop.send_raw(request(target).as_bytes()).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(matches!(status, "400" | "404"), "{target}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_header_reaches_no_component_by_name() {
    let shop = start().await;
    let bytes = "GET /internal/hello HTTP/1.1\r\nHost: neighbour.spin.internal\r\nConnection: close\r\n\r\n";
    assert!(shop.send_raw(bytes.as_bytes()).await.starts_with("HTTP/1.1 404"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_internal_listener_serves_internal_paths() {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let shop = start_with(|config| config.internal_listen = Some(any_port)).await;
    let internal = shop.shop.addresses().internal.clone().expect("there is an internal listener");
    let port = internal.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port");
    for path in ["/internal/hello", "/events/neighbour"] {
        assert!(raw(port, request(path).as_bytes()).await.starts_with("HTTP/1.1 200"), "{path}");
    }
    assert_eq!(shop.get("/internal/hello").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn trusted_headers_from_clients_are_removed() {
    let shop = start().await;
    let request = Request::get(shop.at("/misbehaving/exact-not/headers"))
        .header("spin-client-addr", "6.6.6.6:6")
        .header("spin-path-match-id", "6")
        .header("x-forwarded-for", "6.6.6.6")
        .body(Full::default())
        .expect("a request");
    let answer = shop.send(request).await;
    assert!(!answer.body.contains("6.6.6.6") && !answer.body.contains("path-match"), "{}", answer.body);
    assert!(answer.body.contains("x-forwarded-for: 127.0.0.1\n"), "{}", answer.body);
    assert!(answer.body.contains("spin-client-addr: 127.0.0.1:"), "{}", answer.body);
}
