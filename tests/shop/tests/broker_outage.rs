//! RabbitMQ goes away while people pay, and comes back.
//!
//! In a test binary of its own: it stops the broker that the other tests share.

use shop_tests::{Backend, Shop, rabbitmqctl};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_during_an_outage_of_rabbitmq_each_get_one_mail() {
    let Some(backend) = Backend::services() else { return };
    let shop = Shop::start(backend).await;
    let guest = shop.visitor();
    let variants = guest.variants_with(20).await;
    let mut numbers = Vec::new();
    for n in 0..9 {
        if n == 3 && rabbitmqctl(&["stop_app"]).await != Some(true) {
            eprintln!("NOT RUN: RABBITMQCTL is not set, so RabbitMQ can't be stopped");
            assert!(std::env::var("CI").as_deref() != Ok("true"), "with CI=true every test must run");
            return;
        }
        let (_, variant) = &variants[n % variants.len()];
        let order = guest.order(&[(variant["id"].as_str().expect("id"), 1)]).await;
        guest.pay(&order).await;
        assert_eq!(
            guest.view_order(&order).await["status"],
            "confirmed",
            "payment goes on without the broker"
        );
        numbers.push(order.number);
        if n == 5 {
            assert_eq!(rabbitmqctl(&["start_app"]).await, Some(true));
        }
    }
    let mails = shop.inbox().until_about(&numbers).await;
    for number in &numbers {
        let about = mails.iter().filter(|mail| mail.subject.contains(number.as_str())).count();
        assert_eq!(about, 1, "mails about {number}");
    }
}
