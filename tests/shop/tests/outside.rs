//! What nobody outside gets at.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::json;
use shop_tests::{Backend, Shop, on_both};

on_both!(
    internal_routes_are_not_there,
    a_token_that_is_not_the_shops_is_refused,
    an_administrators_page_is_not_a_shoppers
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_loads_nothing_from_elsewhere_and_data_loads_nothing() {
    let shop = Shop::start(Backend::embedded()).await;
    let policy = async |path| {
        let answer = shop.visitor().get(path).await.expect(200);
        answer.headers["content-security-policy"].to_str().expect("text").to_owned()
    };
    let page = policy("/").await;
    assert!(page.starts_with("default-src 'self'; ") && page.ends_with("frame-ancestors 'none'"), "{page}");
    assert_eq!(policy("/products/anything").await, page);
    assert_eq!(policy("/api/products").await, "default-src 'none'; frame-ancestors 'none'");
}

async fn internal_routes_are_not_there(backend: Backend) {
    let shop = Shop::start(backend).await;
    let id = "01890000-0000-7000-8000-000000000000";
    for path in [
        format!("/internal/orders/{id}/due"),
        format!("/internal/orders/{id}/payment"),
        format!("//internal/orders/{id}/due"),
        format!("/api/../internal/orders/{id}/due"),
        format!("/%69nternal/orders/{id}/due"),
        format!("/internal%2forders/{id}/due"),
        format!("/INTERNAL/orders/{id}/due"),
        "/events/send-email".into(),
        "/events/settle-order".into(),
        "/./events/expire-orders".into(),
        "/%65vents/send-email".into(),
    ] {
        let headers = [("content-type", "application/json"), ("authorization", "Bearer x")];
        let answer = shop.visitor().send(Method::POST, &path, &headers, Some("{}".into())).await;
        assert!(
            [400, 404, 405].contains(&answer.status.as_u16()),
            "{path}: {} {}",
            answer.status,
            answer.text
        );
        assert!(!answer.text.contains("functions"), "{path} reached a function: {}", answer.text);
    }
}

async fn a_token_that_is_not_the_shops_is_refused(backend: Backend) {
    let shop = Shop::start(backend).await;
    let mut ada = shop.visitor();
    ada.register("ada@example.com").await;
    let good = ada.token().expect("a token").to_owned();
    ada.get("/api/auth/me").await.expect(200);
    let parts: Vec<&str> = good.split('.').collect();
    let claims: serde_json::Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).expect("base64")).expect("claims");
    let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());

    let none = format!("{}.{}.", encode(&json!({ "alg": "none", "typ": "JWT" })), parts[1]);
    let mut admin = claims.clone();
    admin["role"] = "admin".into();
    let altered = format!("{}.{}.{}", parts[0], encode(&admin), parts[2]);
    let mut expired = claims.clone();
    expired["exp"] = 1_000_000.into();
    let expired_by_hand = format!("{}.{}.{}", parts[0], encode(&expired), parts[2]);
    let jwks = ada.get("/.well-known/jwks.json").await.expect(200).json();
    let public = jwks["keys"][0]["x"].as_str().expect("x").to_owned();
    let hs256 = jsonwebtoken::encode(
        &jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256),
        &claims,
        &jsonwebtoken::EncodingKey::from_secret(public.as_bytes()),
    )
    .expect("a token");
    let stranger = {
        use p256::pkcs8::EncodePrivateKey as _;
        let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).expect("a key");
        let pem = key.to_pkcs8_pem(p256::pkcs8::LineEnding::LF).expect("PEM");
        let key = jsonwebtoken::EncodingKey::from_ec_pem(pem.as_bytes()).expect("a key");
        jsonwebtoken::encode(&jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256), &claims, &key)
            .expect("a token")
    };
    for (what, token) in [
        ("no algorithm", none),
        ("altered claims", altered),
        ("altered expiry", expired_by_hand),
        ("the public key as a secret", hs256),
        ("a stranger's key", stranger),
        ("no token", "x".into()),
        ("nothing", String::new()),
        ("a huge one", "a".repeat(6000)),
    ] {
        let answer = shop.visitor().with_token(token).get("/api/auth/me").await;
        assert!([401, 431].contains(&answer.status.as_u16()), "{what}: {} {}", answer.status, answer.text);
    }
    shop.visitor().get("/api/auth/me").await.expect(401);
}

async fn an_administrators_page_is_not_a_shoppers(backend: Backend) {
    let shop = Shop::start(backend).await;
    let answer = shop.visitor().post("/api/auth/validate", &json!({ "token": "x" })).await;
    assert_eq!(answer.status, 401, "{}", answer.text);
}
