//! Whatever is sent, the answer is a problem that says what is wrong, never a 5xx, and nothing is half done.

use reqwest::Method;
use serde_json::{Value, json};
use shop_tests::{Answer, Backend, Client, Shop, a_key, on_both};

on_both!(every_route_answers_bad_bodies_with_a_problem, strings_are_only_strings, absurd_queries_are_refused);

/// What every answer to bad input has in common.
fn check(what: &str, answer: &Answer) {
    assert!(answer.status.is_client_error(), "{what}: {} {}", answer.status, answer.text);
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{what}: {}", answer.text);
    let body = answer.json();
    assert!(
        body["code"].is_string() && body["traceId"].is_string() && body["detail"].is_string(),
        "{what}: {body}"
    );
    for word in ["panic", "rusqlite", "mongodb", "src/", "Bson"] {
        assert!(!answer.text.contains(word), "{what} shows its insides: {}", answer.text);
    }
}

async fn every_route_answers_bad_bodies_with_a_problem(backend: Backend) {
    let shop = Shop::start(backend).await;
    let mut ada = shop.visitor();
    ada.register("ada@example.com").await;
    let (product, variant) = ada.variants_with(3).await.remove(0);
    let (product, variant_id) = (product["id"].as_str().expect("id"), variant["id"].as_str().expect("id"));
    let card = json!({ "number": "4242424242424242", "expiryMonth": 12, "expiryYear": 2031, "securityCode": "123", "holder": "A" });
    let good: [(&str, Value); 5] = [
        (
            "/api/auth/register",
            json!({ "email": "x@example.com", "password": "a long enough phrase", "name": "X", "locale": "en" }),
        ),
        ("/api/auth/login", json!({ "email": "x@example.com", "password": "a long enough phrase" })),
        ("/api/orders", Client::order_body(&[(variant_id, 1)])),
        ("/api/orders/guest-lookup", json!({ "number": "MC-AAAA-AAAA", "email": "x@example.com" })),
        ("/api/payments", json!({ "orderId": a_key(), "card": card })),
    ];
    // As a guest: what is optional for somebody signed in, such as an e-mail address, is not for a guest.
    let guest = shop.visitor();
    let deep = "[".repeat(50_000);
    let huge = format!("{{\"a\":\"{}\"}}", "x".repeat(100_000));
    for (path, body) in &good {
        for (what, text, statuses) in [
            ("no JSON", "{", &[400][..]),
            ("nothing", "", &[400]),
            ("a number", "7", &[422]),
            ("an array", "[1]", &[422]),
            ("null", "null", &[422]),
            ("deep", deep.as_str(), &[400, 422]),
            ("huge", huge.as_str(), &[413]),
            ("not UTF-8's shape", "{\"email\":\"\\ud800\"}", &[400, 422]),
        ] {
            let key = a_key();
            let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
            let answer = guest.send(Method::POST, path, &headers, Some(text.into())).await;
            check(&format!("{path} {what}"), &answer);
            assert!(
                statuses.contains(&answer.status.as_u16()),
                "{path} {what}: {} {}",
                answer.status,
                answer.text
            );
        }
        let key = a_key();
        let headers = [("content-type", "text/plain"), ("idempotency-key", key.as_str())];
        let answer = guest.send(Method::POST, path, &headers, Some(body.to_string())).await.expect(415);
        check(path, &answer);

        for name in body.as_object().expect("an object").keys() {
            for bad in [json!(null), json!(-1), json!(1e300), json!(["x"]), json!({ "$gt": "" }), json!(true)]
            {
                let mut body = body.clone();
                body[name] = bad.clone();
                let answer = guest.post_with(path, &[("idempotency-key", &a_key())], &body).await;
                let what = format!("{path} {name} = {bad}");
                check(&what, &answer);
                assert_eq!(answer.status, 422, "{what}: {}", answer.text);
                assert!(
                    answer.fields().iter().any(|field| field.starts_with(name.as_str())),
                    "{what}: {}",
                    answer.text
                );
            }
        }
        let mut unknown = body.clone();
        unknown["isAdmin"] = true.into();
        let answer = guest.post_with(path, &[("idempotency-key", &a_key())], &unknown).await.expect(422);
        assert_eq!(answer.fields(), ["isAdmin"]);
    }
    let stock = variant["stock"].as_i64().expect("stock");
    assert_eq!(ada.stock_of(product, variant_id).await, stock, "nothing was taken");
    assert_eq!(ada.get("/api/orders/mine").await.expect(200).json()["items"], json!([]));

    let mut body = Client::order_body(&[(variant_id, 1)]);
    for quantity in [json!(0), json!(100), json!(4_294_967_296_u64), json!(1.5), json!("1"), json!(-3)] {
        body["items"][0]["quantity"] = quantity.clone();
        let answer = ada.try_order(&a_key(), &body).await.expect(422);
        assert_eq!(answer.fields(), ["items[0].quantity"], "{quantity}: {}", answer.text);
    }
    let without = ada.post("/api/orders", &Client::order_body(&[(variant_id, 1)])).await.expect(400);
    check("an order without a key", &without);
    let twice =
        ada.try_order(&a_key(), &Client::order_body(&[(variant_id, 1), (variant_id, 1)])).await.expect(422);
    assert!(twice.fields().iter().any(|field| field.starts_with("items[1]")), "{}", twice.text);
    let nobody = ada.try_order(&a_key(), &Client::order_body(&[(&a_key(), 1)])).await.expect(422);
    assert_eq!(nobody.fields(), ["items[0].variantId"], "{}", nobody.text);
}

async fn strings_are_only_strings(backend: Backend) {
    let shop = Shop::start(backend).await;
    let guest = shop.visitor();
    let (_, variant) = guest.variants_with(5).await.remove(0);
    let name = r#"<script>alert(1)</script> ' OR 1=1; -- {"$ne":null} ${7*7}"#;
    let mut body = Client::order_body(&[(variant["id"].as_str().expect("id"), 1)]);
    body["name"] = name.into();
    let order = shop_tests::Order::of(&guest.try_order(&a_key(), &body).await.expect(201));
    assert_eq!(order.body["buyer"]["name"], name);
    guest.pay(&order).await;
    let mails = shop.inbox().until_about(std::slice::from_ref(&order.number)).await;
    let mail = mails.iter().find(|mail| mail.subject.contains(&order.number)).expect("the mail");
    assert!(!mail.html.contains("<script>"), "{}", mail.html);
    for bad in
        ["x\r\nBcc: eve@example.com", "a@b\n", "\u{0}@example.com", "a@@example.com", "@", "ada@localhost"]
    {
        body["email"] = bad.into();
        let answer = guest.try_order(&a_key(), &body).await.expect(422);
        assert_eq!(answer.fields(), ["email"], "{bad:?}: {}", answer.text);
    }
}

async fn absurd_queries_are_refused(backend: Backend) {
    let shop = Shop::start(backend).await;
    let guest = shop.visitor();
    for query in [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "page=0",
        "page=101",
        "page=99999999999999999999",
        "sort=price;drop",
        "minPrice=-1",
        "minPrice=9&maxPrice=1",
        "minPrice=1e9",
        "category=$ne",
        "category[$ne]=x",
        "inStock=maybe",
        "unknown=1",
        "limit=1&limit=2",
    ] {
        let answer = guest.get(&format!("/api/products?{query}")).await;
        check(query, &answer);
        assert_eq!(answer.status, 422, "{query}: {}", answer.text);
    }
    for path in [
        "/api/products/id/x",
        "/api/products/id/%00",
        "/api/products/sku/..%2f..",
        "/api/orders/x",
        "/api/payments/x",
        "/api/nothing",
    ] {
        let answer = guest.get(path).await;
        check(path, &answer);
    }
    for (method, path) in
        [(Method::DELETE, "/api/products"), (Method::PUT, "/api/auth/login"), (Method::GET, "/api/payments")]
    {
        let answer = guest.send(method, path, &[], None).await.expect(405);
        check(path, &answer);
    }
}
