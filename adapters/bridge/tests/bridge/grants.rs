use http::{Method, Request};
use serde_json::json;

use crate::support::{Shop, request};

const ROUTES: [(&str, &str); 4] =
    [("POST", "/v1/query"), ("POST", "/v1/transact"), ("PUT", "/v1/blobs/a"), ("GET", "/v1/blobs/a")];

#[tokio::test]
async fn without_a_known_token_every_route_is_401_in_the_requests_media_type() {
    let shop = Shop::embedded().await;
    for (method, path) in ROUTES {
        for media_type in ["application/json", "application/bson"] {
            for authorization in [None, Some("Bearer unknown"), Some("Bearer "), Some("Basic d3JpdGVyOg==")] {
                let mut request =
                    Request::builder().method(method).uri(path).header("content-type", media_type);
                if let Some(authorization) = authorization {
                    request = request.header("authorization", authorization);
                }
                let answer = shop.http.send(request.body("{}".into()).unwrap()).await;
                answer.is_failure(401, "unauthenticated");
                assert_eq!(answer.media_type(), media_type);
                assert_eq!(answer.headers["www-authenticate"], "Bearer");
            }
        }
    }
}

#[tokio::test]
async fn a_collection_that_was_not_granted_is_403() {
    let shop = Shop::embedded().await;
    for function in ["writer", "nobody"] {
        let answer = shop.http.query(function, &json!({ "queries": [{ "collection": "secrets" }] })).await;
        answer.is_failure(403, "not_granted");
    }
    let both = json!({ "queries": [{ "collection": "things" }, { "collection": "secrets" }] });
    shop.http.query("reader", &both).await.is_failure(403, "not_granted");
}

#[tokio::test]
async fn each_kind_of_operation_needs_its_own_grant() {
    let shop = Shop::embedded().await;
    let operations = [
        json!({ "insert": { "collection": "things", "document": { "_id": "a" } } }),
        json!({ "upsert": { "collection": "things", "document": { "_id": "a" } } }),
        json!({ "update": { "collection": "things", "filter": "all", "update": [{ "inc": ["n", 1] }] } }),
        json!({ "delete": { "collection": "things", "filter": "all" } }),
    ];
    for operation in operations {
        let body = json!({ "operations": [operation] });
        shop.http.transact("reader", &body).await.is_failure(403, "not_granted");
    }
    let check = json!({ "check": { "collection": "things", "filter": { "eq": ["_id", "a"] }, "expect": { "exactly": 0 } } });
    let body = json!({ "operations": [check] });
    assert_eq!(shop.http.transact("reader", &body).await.status, 200);
    shop.http.transact("nobody", &body).await.is_failure(403, "not_granted");
}

#[tokio::test]
async fn an_event_that_was_not_granted_is_403_and_its_write_is_not_done() {
    let shop = Shop::embedded().await;
    let mut body = crate::support::making("a", "a", 1);
    body["events"][0]["type"] = json!("thing.stolen");
    shop.http.transact("writer", &body).await.is_failure(403, "not_granted");
    assert!(shop.http.things().await.is_empty());
}

#[tokio::test]
async fn the_own_collections_of_the_bridge_cannot_be_named() {
    let shop = Shop::embedded().await;
    for collection in ["_outbox", "_deliveries", "_leases", "_schedules"] {
        let answer = shop.http.query("writer", &json!({ "queries": [{ "collection": collection }] })).await;
        answer.is_failure(400, "malformed");
    }
}

#[tokio::test]
async fn probes_and_metrics_need_no_token_and_show_none() {
    let shop = Shop::embedded().await;
    shop.http.make("a", "a", 1).await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = shop.http.send(Request::get(path).body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("the-token-of"));
    }
    let metrics = shop.http.send(request(Method::GET, "/metrics", "reader", "", "")).await;
    let text = String::from_utf8_lossy(&metrics.bytes).into_owned();
    assert!(text.contains(r#"mcommerce_bridge_events_committed_total{kind="thing.made"} 1"#), "{text}");
}

#[tokio::test]
async fn uses_of_each_grant_are_counted_from_0_but_not_refusals() {
    let shop = Shop::embedded().await;
    let things = json!({ "queries": [{ "collection": "things" }] });
    shop.http.query("reader", &things).await;
    shop.http.query("reader", &things).await;
    shop.http.query("nobody", &things).await.is_failure(403, "not_granted");
    let metrics = shop.http.send(Request::get("/metrics").body(axum::body::Body::empty()).unwrap()).await;
    let text = String::from_utf8(metrics.bytes.to_vec()).unwrap();
    let uses = |function: &str, grant: &str| {
        let labels = format!("{{function=\"{function}\",grant=\"{grant}\"}} ");
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("mcommerce_bridge_grant_uses_total")?.strip_prefix(&*labels));
        line.map(|count| count.parse::<u64>().unwrap())
    };
    assert_eq!(uses("reader", "read things"), Some(2));
    assert_eq!(uses("reader", "read blobs"), Some(0));
    assert_eq!(uses("writer", "emit thing.made"), Some(0));
    assert_eq!(uses("nobody", "read things"), None);
}
