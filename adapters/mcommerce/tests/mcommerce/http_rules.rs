use http::{Method, Request, StatusCode};
use http_body_util::Full;

use crate::support::{start, start_with};

#[tokio::test(flavor = "multi_thread")]
async fn the_most_specific_route_wins() {
    let shop = start().await;
    for (path, route) in [
        ("/misbehaving/headers", "/misbehaving/..."),
        ("/misbehaving/exact/headers", "/misbehaving/..."),
        ("/misbehaving/deep/er/headers", "/misbehaving/..."),
    ] {
        let answer = shop.get(path).await;
        assert!(answer.body.contains(&format!("spin-matched-route: {route}\n")), "{path}: {}", answer.body);
    }
    let nowhere = shop.get("/nowhere").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    assert_eq!(nowhere.problem()["code"], "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_names_its_trace_and_continues_a_given_one() {
    let shop = start().await;
    let made = shop.get("/misbehaving/panic").await;
    let trace = made.headers["traceresponse"].to_str().expect("text").to_owned();
    assert_eq!(made.problem()["traceId"], trace.split('-').nth(1).expect("a trace id"));
    let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = Request::get(shop.at("/misbehaving/headers")).header("traceparent", given);
    let kept = shop.send(request.body(Full::default()).expect("a request")).await;
    assert_eq!(kept.headers["traceresponse"], given);
    assert!(kept.body.contains(&format!("traceparent: {given}\n")), "{}", kept.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_have_security_headers() {
    let shop = start().await;
    for path in ["/misbehaving/hello", "/nowhere"] {
        let headers = shop.get(path).await.headers;
        assert_eq!(headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(headers.contains_key("referrer-policy"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_request_gets_headers_only() {
    let shop = start().await;
    let request = Request::builder().method(Method::HEAD).uri(shop.at("/misbehaving/hello"));
    let answer = shop.send(request.body(Full::default()).expect("a request")).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(answer.headers["content-length"], "5");
    assert_eq!(shop.get("/misbehaving/hello").await.body, "hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_within_the_limit_arrives_completely() {
    let shop = start().await;
    let body = "é".repeat(500_000);
    let answer = shop.post("/misbehaving/echo", body.clone()).await;
    assert!(answer.status == StatusCode::OK && answer.body == body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_is_refused_with_and_without_a_length() {
    let shop = start_with(|config| config.max_body = 1000).await;
    let with_length = shop.post("/misbehaving/echo", vec![b'a'; 1001]).await;
    assert_eq!(with_length.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(with_length.problem()["code"], "too_large");
    let chunk = format!("400\r\n{}\r\n", "a".repeat(1024));
    let head = "POST /misbehaving/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    let without_length = shop.send_raw(format!("{head}{chunk}0\r\n\r\n").as_bytes()).await;
    assert!(without_length.starts_with("HTTP/1.1 400"), "{without_length}");
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_are_too_large_or_malformed_are_refused() {
    let shop = start().await;
    for (head, status) in [
        (format!("GET /misbehaving/hello HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(200_000)), "431"),
        (format!("GET /misbehaving/hello HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: a\r\n".repeat(101)), "431"),
        ("GET /misbehaving/hello HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n".to_owned(), "400"),
    ] {
        let answer = shop.send_raw(head.as_bytes()).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{answer}");
    }
    assert_eq!(shop.get("/misbehaving/hello").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_waits_for_requests_in_flight() {
    let shop = start().await;
    let url = shop.at("/misbehaving/wait?300");
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
        .build_http::<Full<bytes::Bytes>>();
    let component = shop.shop.app().clone();
    let waiting = tokio::spawn(client.get(url.parse().expect("a URI")));
    while component.component("misbehaving").expect("it is there").in_flight() == 0 {
        tokio::task::yield_now().await;
    }
    shop.shop.shutdown().await;
    let answer = waiting.await.expect("the task ends").expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
}
