//! Under Spin one instance serves up to 16 requests at once; so it does here when told to.

use futures::future::join_all;
use serde_json::Value;
use shop_tests::{Backend, Shop, on_both};

on_both!(
    shoppers_whose_requests_share_an_instance_each_get_their_own_answer,
    the_last_pieces_are_sold_once_when_buyers_share_an_instance,
);

async fn shared(backend: Backend) -> Shop {
    Shop::with(backend).argument("--max-instance-concurrent-reuse-count").argument("16").start().await
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

async fn shoppers_whose_requests_share_an_instance_each_get_their_own_answer(backend: Backend) {
    let shop = shared(backend).await;
    let list = shop.visitor().get("/api/products?limit=24").await.expect(200).json();
    let products = list["items"].as_array().expect("items");
    let shoppers = join_all((0..16).map(|number| {
        let mut shopper = shop.visitor();
        async move {
            let email = format!("shopper-{number}@example.com");
            shopper.register(&email).await;
            (email, shopper)
        }
    }))
    .await;
    join_all(shoppers.iter().zip(products.iter().cycle()).flat_map(|((email, shopper), product)| {
        (0..4).map(move |_| async move {
            let me = shopper.get("/api/auth/me").await.expect(200).json();
            assert_eq!(text(&me, "email"), email);
            let path = format!("/api/products/id/{}", text(product, "id"));
            let seen = shopper.get(&path).await.expect(200).json();
            assert_eq!(seen["id"], product["id"]);
        })
    }))
    .await;
    let (_, variant) = shop.visitor().variants_with(16).await.remove(0);
    let (variant, price) = (text(&variant, "id"), variant["price"]["amount"].as_i64().expect("amount"));
    join_all(shoppers.iter().map(|(_, shopper)| async move {
        let order = shopper.order(&[(variant, 1)]).await;
        assert_eq!(order.body["total"]["amount"], price);
        shopper.pay(&order).await;
        let mine = shopper.get("/api/orders/mine").await.expect(200).json();
        let numbers: Vec<_> = mine["items"].as_array().expect("items").iter().collect();
        assert_eq!(numbers.len(), 1, "{mine}");
        assert_eq!(text(numbers[0], "number"), order.number);
    }))
    .await;
}

async fn the_last_pieces_are_sold_once_when_buyers_share_an_instance(backend: Backend) {
    let shop = shared(backend).await;
    let (product, variant) = shop.visitor().variants_with(3).await.remove(0);
    let (product, id) = (text(&product, "id"), text(&variant, "id"));
    let mut left = variant["stock"].as_i64().expect("stock");
    while left > 3 {
        let taken = (left - 3).min(99);
        shop.visitor().order(&[(id, u32::try_from(taken).expect("at most 99"))]).await;
        left -= taken;
    }
    let answers = join_all((0..48).map(|_| async {
        let body = shop_tests::Client::order_body(&[(id, 1)]);
        shop.visitor().try_order(&shop_tests::a_key(), &body).await
    }))
    .await;
    let with = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with(201), with(409)), (3, 45), "{answers:?}");
    assert_eq!(shop.visitor().stock_of(product, id).await, 0);
}
