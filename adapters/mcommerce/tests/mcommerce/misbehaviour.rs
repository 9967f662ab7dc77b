use std::time::Duration;

use futures::future::join_all;
use http::StatusCode;

use crate::support::{TestShop, start, start_with};

async fn start_strict() -> TestShop {
    start_with(|config| config.limits.request_time = Duration::from_secs(1)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_500_without_internals_and_the_next_request_succeeds() {
    let shop = start().await;
    let answer = shop.get("/misbehaving/panic").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let problem = answer.problem();
    assert_eq!(problem["code"], "internal");
    assert!(!answer.body.contains("purpose") && !answer.body.contains("wasm"), "{}", answer.body);
    assert_eq!(shop.get("/misbehaving/hello").await.status, StatusCode::OK);
    shop.line_with(&["\"component\":\"misbehaving\"", "on purpose"]).await;
    shop.line_with(&["\"component\":\"misbehaving\"", "an instance was stopped"]).await;
    let trace = problem["traceId"].as_str().expect("a trace");
    shop.line_with(&["\"level\":\"ERROR\"", "\"component\":\"misbehaving\"", trace]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_does_not_affect_other_requests() {
    let shop = start().await;
    let others = join_all((0..20).map(|_| shop.get("/misbehaving/wait?100")));
    let panics = join_all((0..10).map(|_| shop.get("/misbehaving/panic-later")));
    let (others, panics) = tokio::join!(others, panics);
    assert!(others.iter().all(|answer| answer.status == StatusCode::OK));
    assert!(panics.iter().all(|answer| answer.status == StatusCode::INTERNAL_SERVER_ERROR));
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_loops_are_interrupted_while_other_requests_are_served() {
    let shop = start_strict().await;
    let loops = join_all(
        ["loop", "loop-later", "loop"].map(async |what| shop.get(&format!("/misbehaving/{what}")).await),
    );
    let others = join_all((0..10).map(|_| shop.get("/misbehaving/hello")));
    let (loops, others) = tokio::join!(loops, others);
    for answer in &loops {
        assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT);
        assert_eq!(answer.problem()["code"], "timed_out");
    }
    assert!(others.iter().all(|answer| answer.status == StatusCode::OK), "{others:?}");
    shop.line_with(&["\"component\":\"misbehaving\"", "did not answer within 1 s"]).await;
    shop.line_with(&["\"component\":\"misbehaving\"", "an instance was stopped: guest timed out"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_does_not_answer_is_a_504() {
    let shop = start_strict().await;
    let answer = shop.get("/misbehaving/silent").await;
    assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(answer.problem()["status"], 504);
    shop.line_with(&["\"component\":\"misbehaving\"", "did not answer within 1 s"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_is_a_500() {
    let shop = start().await;
    assert_eq!(shop.get("/misbehaving/stuck").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    shop.line_with(&["\"component\":\"misbehaving\"", "an instance was stopped"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_hog_is_stopped_at_its_limit_while_other_requests_are_served() {
    let shop = start().await;
    let (hog, other) = tokio::join!(shop.get("/misbehaving/hoard"), shop.get("/misbehaving/hello"));
    assert_eq!(hog.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(other.status, StatusCode::OK);
    shop.line_with(&[
        "\"component\":\"misbehaving\"",
        "bytes of memory, which exceeds its limit of 67108864",
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_above_the_limit_are_refused_immediately() {
    let shop = start_with(|config| config.limits.in_flight = 1).await;
    // Whichever request comes first makes the other fail, so the slow one is repeated until it comes first.
    let slow = async {
        loop {
            let answer = shop.get("/misbehaving/wait?1000").await;
            if answer.status != StatusCode::SERVICE_UNAVAILABLE {
                return answer;
            }
        }
    };
    let (waiting, refused) = tokio::join!(slow, async {
        loop {
            let answer = shop.get("/misbehaving/hello").await;
            if answer.status != StatusCode::OK {
                return answer;
            }
        }
    });
    assert_eq!(waiting.status, StatusCode::OK);
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(refused.problem()["code"], "unavailable");
    assert_eq!(shop.get("/misbehaving/hello").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn output_of_a_component_is_logged_line_by_line() {
    let shop = start().await;
    assert_eq!(shop.get("/misbehaving/say?once").await.status, StatusCode::OK);
    shop.line_with(&["{\"time\":", "\"component\":\"misbehaving\",\"level\":\"info\",\"message\":\"once\"}"])
        .await;
    shop.line_with(&["\"component\":\"misbehaving\"", "plainly once"]).await;
}
