//! Orders placed and paid by several buyers at once.

use std::time::Instant;

use anyhow::{Context as _, Result};
use futures::future::join_all;
use shop_tests::Shop;

/// Lets each of `buyers` order and pay `each` times and returns how many a second that was.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub(crate) async fn order_and_pay(shop: &Shop, buyers: usize, each: usize) -> Result<f64> {
    let variants = shop.visitor().variants_with(12).await;
    let ids: Vec<String> =
        variants.iter().filter_map(|(_, variant)| variant["id"].as_str().map(str::to_owned)).collect();
    anyhow::ensure!(!ids.is_empty(), "nothing is in stock");
    let start = Instant::now();
    let done = join_all((0..buyers).map(|buyer| {
        let (client, ids) = (shop.visitor(), &ids);
        async move {
            let mut paid = 0_usize;
            for turn in 0..each {
                let id = ids.get((buyer + turn) % ids.len()).context("a variant")?;
                let body = shop_tests::Client::order_body(&[(id, 1)]);
                let answer = client.try_order(&shop_tests::a_key(), &body).await;
                if answer.status == 201 {
                    client.pay(&shop_tests::Order::of(&answer)).await;
                    paid += 1;
                }
            }
            anyhow::Ok(paid)
        }
    }))
    .await;
    let paid: usize = done.into_iter().sum::<Result<usize>>()?;
    Ok(paid as f64 / start.elapsed().as_secs_f64())
}
