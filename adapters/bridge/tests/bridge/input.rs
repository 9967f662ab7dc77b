use axum::body::Body;
use bson::{Bson, doc, spec::BinarySubtype};
use http::{Method, StatusCode};
use proptest::prelude::{ProptestConfig, any, prop};
use proptest::strategy::Strategy as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::{Shop, making, request};

const PATHS: [&str; 2] = ["/v1/query", "/v1/transact"];

#[tokio::test]
async fn an_invalid_request_is_400_and_its_values_are_never_quoted() {
    let shop = Shop::embedded().await;
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let bodies = [
        String::new(),
        "{".into(),
        "null".into(),
        "[]".into(),
        "\"4242424242424242\"".into(),
        deep,
        json!({ "queries": [], "operations": [] }).to_string(),
        json!({ "queries": "4242424242424242" }).to_string(),
        json!({ "queries": [{ "collection": 4_242_424_242_424_242_i64 }] }).to_string(),
        json!({ "queries": [{ "collection": "things", "unknown": 1 }] }).to_string(),
        json!({ "queries": [{ "collection": "things", "filter": { "$where": "sleep(1)" } }] }).to_string(),
        json!({ "queries": [{ "collection": "things", "filter": { "eq": ["$where", 1] } }] }).to_string(),
        json!({ "queries": [{ "collection": "things", "filter": { "eq": ["a", { "$gt": "" }] } }] })
            .to_string(),
        json!({ "queries": [{ "collection": "things", "limit": 201 }] }).to_string(),
        json!({ "queries": [{ "collection": "things", "limit": -1 }] }).to_string(),
        json!({ "queries": [{ "collection": "things", "after": "not-a-cursor" }] }).to_string(),
        json!({ "queries": vec![json!({ "collection": "things" }); 9] }).to_string(),
        json!({ "operations": [{ "drop": { "collection": "things" } }] }).to_string(),
        json!({ "operations": [{ "insert": { "collection": "things", "document": {} } }] }).to_string(),
        json!({ "operations": [{ "insert": { "collection": "things", "document": { "_id": 1 } } }] })
            .to_string(),
        json!({ "operations": [], "events": [{ "type": "Thing", "subject": "a", "data": {} }] }).to_string(),
    ];
    for path in PATHS {
        for body in &bodies {
            let answer =
                shop.http.send(request(Method::POST, path, "writer", "application/json", body.clone())).await;
            answer.is_failure(400, "malformed");
            assert!(!String::from_utf8_lossy(&answer.bytes).contains("42424242"), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn bson_that_is_nested_too_deep_is_refused_whatever_nests_it() {
    const DOCUMENT: u8 = 3;
    const ARRAY: u8 = 4;
    const CODE_WITH_SCOPE: u8 = 15;
    let shop = Shop::embedded().await;
    for kind in [DOCUMENT, ARRAY, CODE_WITH_SCOPE] {
        let mut value = framed(&[]);
        for _ in 0..30_000 {
            value = match kind {
                DOCUMENT => framed(&[&[kind], &b"a\0"[..], &value].concat()),
                ARRAY => framed(&[&[kind], &b"0\0"[..], &value].concat()),
                _ => {
                    let scope = framed(&[&[DOCUMENT], &b"a\0"[..], &value].concat());
                    let no_code = [1, 0, 0, 0, 0];
                    let length = i32::try_from(4 + no_code.len() + scope.len()).unwrap().to_le_bytes();
                    let code = [&length[..], &no_code, &scope].concat();
                    framed(&[&[kind], &b"a\0"[..], &code].concat())
                }
            };
        }
        let id = bson::serialize_to_vec(&doc! { "_id": "a" }).unwrap();
        let document = framed(&[&id[4..id.len() - 1], &[DOCUMENT], b"deep\0", &value].concat());
        let named = bson::serialize_to_vec(&doc! { "collection": "things" }).unwrap();
        let insert = framed(&[&named[4..named.len() - 1], &[DOCUMENT], b"document\0", &document].concat());
        let operation = framed(&[&[DOCUMENT], &b"insert\0"[..], &insert].concat());
        let operations = framed(&[&[DOCUMENT], &b"0\0"[..], &operation].concat());
        let body = framed(&[&[ARRAY], &b"operations\0"[..], &operations].concat());
        assert!(body.len() < 1024 * 1024);
        let answer =
            shop.http.send(request(Method::POST, "/v1/transact", "writer", "application/bson", body)).await;
        answer.is_failure(400, "malformed");
        assert_eq!(answer.media_type(), "application/bson");
    }
}

/// Encodes a document of these elements. As a value it would exhaust the stack of the test.
fn framed(elements: &[u8]) -> Vec<u8> {
    let length = i32::try_from(elements.len() + 5).unwrap().to_le_bytes();
    [&length, elements, &[0]].concat()
}

#[test]
fn random_bodies_are_never_a_5xx() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let shop = runtime.block_on(Shop::embedded());
    let json = any::<String>().prop_map(String::into_bytes);
    let noise = prop::collection::vec(any::<u8>(), 0..300);
    let bent = (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| {
        let request = bson::serialize_to_document(&making("a", "a", 1)).unwrap();
        let mut bytes = bson::serialize_to_vec(&request).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes
    });
    let bodies = proptest::prop_oneof![json, noise, bent];
    let media_types = prop::sample::select(vec!["application/json", "application/bson"]);
    let strategy = (bodies, media_types, prop::sample::select(PATHS.to_vec()));
    let mut runner =
        TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() });
    let ran = runner.run(&strategy, |(body, media_type, path)| {
        let answer =
            runtime.block_on(shop.http.send(request(Method::POST, path, "writer", media_type, body)));
        proptest::prop_assert!(!answer.status.is_server_error(), "{answer:?}");
        Ok(())
    });
    ran.unwrap();
}

#[tokio::test]
async fn a_body_over_1_mib_is_413_whether_its_length_is_told_or_not() {
    let shop = Shop::embedded().await;
    for path in PATHS {
        let told = request(Method::POST, path, "writer", "application/json", vec![b' '; 1024 * 1024 + 1]);
        shop.http.send(told).await.is_failure(413, "too_large");
        let piece = bytes::Bytes::from(vec![b' '; 64 * 1024]);
        let pieces = std::iter::repeat_n(Ok::<_, std::convert::Infallible>(piece), 17);
        let untold = Body::from_stream(futures::stream::iter(pieces));
        let untold = request(Method::POST, path, "writer", "application/json", untold);
        shop.http.send(untold).await.is_failure(413, "too_large");
    }
}

#[tokio::test]
async fn another_media_type_route_or_method_is_refused_with_a_body() {
    let shop = Shop::embedded().await;
    let send = |method, path, media_type| shop.http.send(request(method, path, "writer", media_type, "{}"));
    send(Method::POST, "/v1/query", "text/plain").await.is_failure(415, "malformed");
    send(Method::POST, "/v1/nothing", "application/json").await.is_failure(404, "not_found");
    send(Method::GET, "/v1/query", "application/json").await.is_failure(405, "malformed");
}

#[tokio::test]
async fn bson_and_json_are_equivalent_and_the_answer_is_in_the_accepted_one() {
    let shop = Shop::embedded().await;
    let blob = Bson::Binary(bson::Binary { subtype: BinarySubtype::Generic, bytes: vec![1, 2, 3] });
    let at = bson::DateTime::from_millis(1_700_000_000_123);
    let document = doc! { "_id": "a", "n": 7, "big": 1_i64 << 40, "half": 0.5, "at": at, "deep": { "x": [1, null] }, "blob": blob };
    let insert = doc! { "operations": [{ "insert": { "collection": "things", "document": document } }] };
    let insert = bson::serialize_to_vec(&insert).unwrap();
    let inserted =
        shop.http.send(request(Method::POST, "/v1/transact", "writer", "application/bson", insert)).await;
    assert_eq!((inserted.status, inserted.media_type()), (StatusCode::OK, "application/bson"));

    let query = json!({ "queries": [{ "collection": "things", "total": true }] });
    let binary = bson::serialize_to_vec(&bson::serialize_to_document(&query).unwrap()).unwrap();
    let mut answers: Vec<Value> = Vec::new();
    for (media_type, body) in
        [("application/json", query.to_string().into_bytes()), ("application/bson", binary)]
    {
        for accept in ["application/json", "application/bson"] {
            let mut request = request(Method::POST, "/v1/query", "reader", media_type, body.clone());
            request.headers_mut().insert("accept", accept.parse().unwrap());
            let answer = shop.http.send(request).await;
            assert_eq!((answer.status, answer.media_type()), (StatusCode::OK, accept));
            assert_eq!(answer.headers["content-length"], answer.bytes.len().to_string());
            answers.push(answer.json());
        }
    }
    assert_eq!(answers[0]["results"][0]["total"], 1);
    assert_eq!(answers[0]["results"][0]["documents"][0]["at"]["$date"], "2023-11-14T22:13:20.123Z");
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:#?}");
}

#[tokio::test]
async fn a_conflict_names_its_cause_and_changes_nothing() {
    let shop = Shop::embedded().await;
    shop.http.make("a", "a", 1).await;
    let answer = shop.http.transact("writer", &making("a", "a", 2)).await;
    answer.is_failure(409, "conflict");
    assert_eq!(answer.json()["conflict"]["duplicate"]["operation"], 0);
    let unmet = json!({ "operations": [
        { "insert": { "collection": "things", "document": { "_id": "b" } } },
        { "delete": { "collection": "things", "filter": { "eq": ["name", "x"] }, "expect": { "exactly": 1 } } },
    ] });
    let answer = shop.http.transact("writer", &unmet).await;
    answer.is_failure(409, "conflict");
    assert_eq!(answer.json()["conflict"]["unmet"], json!({ "operation": 1, "matched": 0 }));
    assert_eq!(shop.http.things().await.len(), 1);
}

#[tokio::test]
async fn an_update_that_contradicts_the_document_is_400() {
    let shop = Shop::embedded().await;
    shop.http.make("a", "a", 1).await;
    let update = json!({ "operations": [
        { "update": { "collection": "things", "filter": "all", "update": [{ "inc": ["name", 1] }] } },
    ] });
    shop.http.transact("writer", &update).await.is_failure(400, "malformed");
}
