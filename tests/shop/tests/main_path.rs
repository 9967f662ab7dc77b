//! List, view, register, sign in, order, pay, and exactly one mail.

use serde_json::json;
use shop_tests::{Backend, Client, Mail, Order, Shop, on_both};

on_both!(
    a_user_orders_pays_and_gets_one_mail,
    a_guest_orders_pays_and_gets_one_mail,
    a_mail_is_written_in_the_buyers_language,
    a_declined_card_can_be_followed_by_a_good_one,
    an_order_is_shown_to_its_buyer_alone,
    a_session_is_refreshed_once_per_token,
);

async fn mail_about(shop: &Shop, order: &Order) -> Mail {
    shop.inbox().until_about(std::slice::from_ref(&order.number)).await;
    // A second mail would be a second event or a second delivery, emitted long before the event of another order, so that it
    // would be there by the time that order's mail is.
    let mut other = shop.visitor();
    other.register("after@example.com").await;
    let (_, variant) = other.variants_with(2).await.pop().expect("a variant");
    let next = other.order(&[(variant["id"].as_str().expect("id"), 1)]).await;
    other.pay(&next).await;
    shop.inbox().until_about(std::slice::from_ref(&next.number)).await;
    let mut mails = shop.inbox().about(&order.number).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    mails.remove(0)
}

async fn a_user_orders_pays_and_gets_one_mail(backend: Backend) {
    let shop = Shop::start(backend).await;
    let mut ada = shop.visitor();

    let list = ada.get("/api/products?limit=24").await.expect(200).json();
    assert_eq!(list["items"].as_array().expect("items").len(), 24);
    assert!(list["categories"].as_array().expect("categories").len() >= 5);
    let variants = ada.variants_with(5).await;
    let (product, first) = &variants[0];
    let (_, second) = &variants[1];
    let sku = first["sku"].as_str().expect("sku");
    let by_sku = ada.get(&format!("/api/products/sku/{sku}")).await.expect(200).json();
    assert_eq!(by_sku["id"], product["id"]);

    ada.register("ada@example.com").await;
    ada.login("ada@example.com").await;
    let me = ada.get("/api/auth/me").await.expect(200).json();
    assert_eq!(me["email"], "ada@example.com");

    let ids = [first["id"].as_str().expect("id"), second["id"].as_str().expect("id")];
    let order = ada.order(&[(ids[0], 2), (ids[1], 1)]).await;
    let price = |variant: &serde_json::Value| variant["price"]["amount"].as_i64().expect("amount");
    let total = 2 * price(first) + price(second);
    assert_eq!(order.body["total"], json!({ "amount": total, "currency": "EUR" }));
    assert_eq!(order.body["status"], "received");
    let before = first["stock"].as_i64().expect("stock");
    assert_eq!(ada.stock_of(product["id"].as_str().expect("id"), ids[0]).await, before - 2);

    ada.pay(&order).await;
    let paid = ada.view_order(&order).await;
    assert_eq!(paid["status"], "confirmed");
    let history: Vec<_> =
        paid["statusHistory"].as_array().expect("history").iter().map(|at| at["status"].clone()).collect();
    assert_eq!(history, ["received", "confirmed"]);
    let mine = ada.get("/api/orders/mine").await.expect(200).json();
    assert_eq!(mine["items"][0]["number"], order.number.as_str());

    let mail = mail_about(&shop, &order).await;
    assert_eq!(mail.to, ["ada@example.com"]);
    let cents = format!("{}.{:02}", total / 100, total % 100);
    for part in [&mail.text, &mail.html] {
        assert!(part.replace(',', "").contains(&cents), "the total {cents} in {part}");
        assert!(
            part.contains(first["name"]["en"].as_str().expect("name"))
                || part.contains(product["name"]["en"].as_str().expect("name"))
        );
    }
    shop.stop().await.expect("the shop drains");
}

async fn a_guest_orders_pays_and_gets_one_mail(backend: Backend) {
    let shop = Shop::start(backend).await;
    let guest = shop.visitor();
    let (_, variant) = guest.variants_with(5).await.remove(0);
    let order = guest.order(&[(variant["id"].as_str().expect("id"), 1)]).await;
    assert!(order.access_token.is_some());
    guest.pay(&order).await;
    assert_eq!(guest.view_order(&order).await["status"], "confirmed");
    let looked_up = guest
        .post("/api/orders/guest-lookup", &json!({ "number": order.number, "email": "Ada@Example.com" }))
        .await
        .expect(200)
        .json();
    assert_eq!(looked_up["id"], order.id.as_str());
    let mail = mail_about(&shop, &order).await;
    assert_eq!(mail.to, ["ada@example.com"]);
}

async fn a_mail_is_written_in_the_buyers_language(backend: Backend) {
    let shop = Shop::start(backend).await;
    let guest = shop.visitor();
    let (product, variant) = guest.variants_with(5).await.remove(0);
    let mut body = Client::order_body(&[(variant["id"].as_str().expect("id"), 1)]);
    body["locale"] = "fr".into();
    let order = Order::of(&guest.try_order(&shop_tests::a_key(), &body).await.expect(201));
    guest.pay(&order).await;
    let mails = shop.inbox().until_about(std::slice::from_ref(&order.number)).await;
    let mail = mails.iter().find(|mail| mail.subject.contains(&order.number)).expect("the mail");
    assert!(mail.text.contains("Bonjour"), "{}", mail.text);
    assert!(mail.text.contains(product["name"]["fr"].as_str().expect("name")), "{}", mail.text);
    let amount = variant["price"]["amount"].as_i64().expect("amount");
    assert!(mail.text.contains(&format!(",{:02}", amount % 100)), "{}", mail.text);
}

async fn a_declined_card_can_be_followed_by_a_good_one(backend: Backend) {
    let shop = Shop::start(backend).await;
    let guest = shop.visitor();
    let (_, variant) = guest.variants_with(5).await.remove(0);
    let order = guest.order(&[(variant["id"].as_str().expect("id"), 1)]).await;
    let declined = guest.try_pay(&shop_tests::a_key(), &order, "4000000000000002").await.expect(402);
    assert_eq!(declined.code(), "payment_declined");
    assert_eq!(guest.view_order(&order).await["status"], "received");
    let key = shop_tests::a_key();
    let failed = guest.try_pay(&key, &order, "4000000000000119").await;
    assert!(failed.status.is_server_error(), "{}", failed.text);
    guest.try_pay(&key, &order, "4000000000000119").await.expect(201);
    assert_eq!(guest.view_order(&order).await["status"], "confirmed");
    let again = guest.try_pay(&shop_tests::a_key(), &order, "4242424242424242").await.expect(409);
    assert!(["already_paid", "order_not_payable"].contains(&again.code().as_str()), "{}", again.text);
}

async fn an_order_is_shown_to_its_buyer_alone(backend: Backend) {
    let shop = Shop::start(backend).await;
    let mut ada = shop.visitor();
    ada.register("ada@example.com").await;
    let mut eve = shop.visitor();
    eve.register("eve@example.com").await;
    let (_, variant) = ada.variants_with(5).await.remove(0);
    let order = ada.order(&[(variant["id"].as_str().expect("id"), 1)]).await;
    let path = format!("/api/orders/{}", order.id);
    eve.get(&path).await.expect(404);
    shop.visitor().get(&path).await.expect(404);
    assert_eq!(eve.get("/api/orders/mine").await.expect(200).json()["items"], json!([]));
    let refused = eve.try_pay(&shop_tests::a_key(), &order, "4242424242424242").await;
    assert_eq!(refused.status, 404, "{}", refused.text);
    let body = json!({ "number": order.number, "email": "eve@example.com" });
    eve.post("/api/orders/guest-lookup", &body).await.expect(404);
}

async fn a_session_is_refreshed_once_per_token(backend: Backend) {
    let shop = Shop::start(backend).await;
    let mut ada = shop.visitor();
    let registered = ada.register("ada@example.com").await;
    let cookie = registered.headers["set-cookie"].to_str().expect("text").to_owned();
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/api/auth"] {
        assert!(cookie.contains(attribute), "{attribute} in {cookie}");
    }
    let old = cookie.split(';').next().expect("a cookie").to_owned();
    let refreshed = shop
        .visitor()
        .send(reqwest::Method::POST, "/api/auth/refresh", &[("cookie", &old)], None)
        .await
        .expect(200);
    assert_ne!(refreshed.headers["set-cookie"].to_str().expect("text").split(';').next(), Some(old.as_str()));
    let reused =
        shop.visitor().send(reqwest::Method::POST, "/api/auth/refresh", &[("cookie", &old)], None).await;
    assert_eq!(reused.status, 401, "{}", reused.text);
}
