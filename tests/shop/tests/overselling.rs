//! Nothing is sold that is not there.

use futures::future::join_all;
use shop_tests::{Backend, Client, Shop, a_key, on_both};

on_both!(of_200_buyers_of_7_pieces_exactly_7_succeed, an_order_that_is_short_of_one_line_takes_nothing);

async fn seven_left(shop: &Shop) -> (String, String) {
    let buyer = shop.visitor();
    let (product, variant) = buyer.variants_with(8).await.remove(0);
    let id = variant["id"].as_str().expect("id").to_owned();
    let mut spare = variant["stock"].as_i64().expect("stock") - 7;
    while spare > 0 {
        let quantity = u32::try_from(spare.min(99)).expect("at most 99");
        buyer.order(&[(&id, quantity)]).await;
        spare -= i64::from(quantity);
    }
    (product["id"].as_str().expect("id").to_owned(), id)
}

async fn of_200_buyers_of_7_pieces_exactly_7_succeed(backend: Backend) {
    let shop = Shop::start(backend).await;
    let (product, variant) = seven_left(&shop).await;
    let answers = join_all((0..200).map(|_| {
        let buyer = shop.visitor();
        let body = Client::order_body(&[(&variant, 1)]);
        async move { buyer.try_order(&a_key(), &body).await }
    }))
    .await;
    let with = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    let others: Vec<_> =
        answers.iter().filter(|answer| answer.status != 201 && answer.status != 409).collect();
    assert!(others.is_empty(), "{others:?}");
    assert_eq!((with(201), with(409)), (7, 193));
    assert!(
        answers.iter().filter(|answer| answer.status == 409).all(|answer| answer.code() == "out_of_stock")
    );
    assert_eq!(shop.visitor().stock_of(&product, &variant).await, 0);
}

async fn an_order_that_is_short_of_one_line_takes_nothing(backend: Backend) {
    let shop = Shop::start(backend).await;
    let (product, variant) = seven_left(&shop).await;
    let buyer = shop.visitor();
    let others = buyer.variants_with(8).await;
    let (other_product, other) =
        others.iter().find(|(_, other)| other["id"] != variant.as_str()).expect("another");
    let other_id = other["id"].as_str().expect("id");
    let answer =
        buyer.try_order(&a_key(), &Client::order_body(&[(other_id, 1), (&variant, 8)])).await.expect(409);
    assert_eq!(answer.code(), "out_of_stock");
    assert_eq!(answer.fields(), ["items[1].quantity"]);
    assert_eq!(buyer.stock_of(&product, &variant).await, 7);
    let other_product = other_product["id"].as_str().expect("id");
    assert_eq!(Some(buyer.stock_of(other_product, other_id).await), other["stock"].as_i64());
}
