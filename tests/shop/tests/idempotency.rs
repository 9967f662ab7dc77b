//! The same attempt, however often it arrives, happens once.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::json;
use shop_tests::{Backend, Client, Order, Shop, a_key, on_both};

on_both!(
    the_same_order_50_times_at_once_is_one_order,
    the_same_payment_50_times_at_once_is_one_payment,
    another_body_under_the_same_key_is_refused,
    two_payments_of_one_order_at_once_charge_once,
    a_price_or_an_amount_of_the_clients_is_refused,
);

async fn a_variant(shop: &Shop) -> (String, String, i64) {
    let (product, variant) = shop.visitor().variants_with(10).await.remove(0);
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    (text(&product["id"]), text(&variant["id"]), variant["stock"].as_i64().expect("stock"))
}

async fn the_same_order_50_times_at_once_is_one_order(backend: Backend) {
    let shop = Shop::start(backend).await;
    let (product, variant, stock) = a_variant(&shop).await;
    let mut ada = shop.visitor();
    ada.register("ada@example.com").await;
    let (key, body) = (a_key(), Client::order_body(&[(&variant, 2)]));
    let answers = join_all((0..50).map(|_| ada.try_order(&key, &body))).await;
    let mut numbers = BTreeSet::new();
    for answer in &answers {
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
        numbers.insert(Order::of(answer).number);
    }
    assert_eq!(numbers.len(), 1, "{numbers:?}");
    assert_eq!(
        ada.get("/api/orders/mine").await.expect(200).json()["items"].as_array().expect("items").len(),
        1
    );
    assert_eq!(ada.stock_of(&product, &variant).await, stock - 2);
}

async fn the_same_payment_50_times_at_once_is_one_payment(backend: Backend) {
    let shop = Shop::start(backend).await;
    let (_, variant, _) = a_variant(&shop).await;
    let guest = shop.visitor();
    let order = guest.order(&[(&variant, 1)]).await;
    let key = a_key();
    let answers = join_all((0..50).map(|_| guest.try_pay(&key, &order, "4242424242424242"))).await;
    let mut ids = BTreeSet::new();
    for answer in &answers {
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
        let body = answer.json();
        assert_eq!(body["status"], "succeeded");
        ids.insert(body["id"].as_str().expect("id").to_owned());
    }
    assert_eq!(ids.len(), 1, "{ids:?}");
    let next = guest.order(&[(&variant, 1)]).await;
    guest.pay(&next).await;
    shop.inbox().until_about(&[order.number.clone(), next.number]).await;
    assert_eq!(shop.inbox().about(&order.number).await.len(), 1);
}

async fn another_body_under_the_same_key_is_refused(backend: Backend) {
    let shop = Shop::start(backend).await;
    let (product, variant, stock) = a_variant(&shop).await;
    let guest = shop.visitor();
    let key = a_key();
    let order = Order::of(&guest.try_order(&key, &Client::order_body(&[(&variant, 1)])).await.expect(201));
    let other = guest.try_order(&key, &Client::order_body(&[(&variant, 2)])).await.expect(409);
    assert_eq!(other.code(), "key_reused");
    assert_eq!(guest.stock_of(&product, &variant).await, stock - 1);
    let key = a_key();
    guest.try_pay(&key, &order, "4000000000000002").await.expect(402);
    let other = guest.try_pay(&key, &order, "4242424242424242").await.expect(409);
    assert_eq!(other.code(), "key_reused");
    assert_eq!(guest.view_order(&order).await["status"], "received");
}

async fn two_payments_of_one_order_at_once_charge_once(backend: Backend) {
    let shop = Shop::start(backend).await;
    let (_, variant, _) = a_variant(&shop).await;
    let guest = shop.visitor();
    let order = guest.order(&[(&variant, 1)]).await;
    let answers = join_all((0..10).map(|_| {
        let (guest, order) = (&guest, &order);
        async move { guest.try_pay(&a_key(), order, "4242424242424242").await }
    }))
    .await;
    let paid = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((paid, refused), (1, 9), "{answers:?}");
}

async fn a_price_or_an_amount_of_the_clients_is_refused(backend: Backend) {
    let shop = Shop::start(backend).await;
    let (product, variant, stock) = a_variant(&shop).await;
    let guest = shop.visitor();
    for (pointer, field) in [("/total", "total"), ("/items/0/unitPrice", "items[0].unitPrice")] {
        let mut body = Client::order_body(&[(&variant, 1)]);
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        body.pointer_mut(parent).expect("the parent")[name] = json!({ "amount": 1, "currency": "EUR" });
        let answer = guest.try_order(&a_key(), &body).await.expect(422);
        assert_eq!(answer.fields(), [field], "{}", answer.text);
    }
    assert_eq!(guest.stock_of(&product, &variant).await, stock);
    let order = guest.order(&[(&variant, 1)]).await;
    let body = json!({ "orderId": order.id, "amount": 1, "card": {} });
    let token = order.access_token.clone().expect("a guest's order");
    let headers = [("idempotency-key", "12345678"), ("x-order-token", token.as_str())];
    let answer = guest.post_with("/api/payments", &headers, &body).await.expect(422);
    assert_eq!(answer.fields(), ["amount"], "{}", answer.text);
}
