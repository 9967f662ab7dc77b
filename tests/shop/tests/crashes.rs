//! Whatever dies, every paid order gets its one mail.

use shop_tests::{Backend, Order, Shop, on_both};

on_both!(
    a_bridge_killed_between_commit_and_publish_loses_no_mail,
    a_refused_event_is_parked_and_can_be_replayed
);

async fn pay_some(shop: &Shop, count: usize) -> Vec<Order> {
    let guest = shop.visitor();
    let variants = guest.variants_with(20).await;
    let mut orders = Vec::new();
    for n in 0..count {
        let (_, variant) = &variants[n % variants.len()];
        let order = guest.order(&[(variant["id"].as_str().expect("id"), 1)]).await;
        guest.pay(&order).await;
        orders.push(order);
    }
    orders
}

async fn one_mail_each(shop: &Shop, orders: &[Order]) {
    let numbers: Vec<String> = orders.iter().map(|order| order.number.clone()).collect();
    let mails = shop.inbox().until_about(&numbers).await;
    for number in &numbers {
        let about = mails.iter().filter(|mail| mail.subject.contains(number.as_str())).count();
        assert_eq!(about, 1, "mails about {number}");
    }
}

async fn a_bridge_killed_between_commit_and_publish_loses_no_mail(backend: Backend) {
    let mut shop = Shop::with(backend).bridge_apart().start().await;
    let mut orders = pay_some(&shop, 2).await;
    one_mail_each(&shop, &orders).await;

    // Without its relay the bridge commits and does not publish: where a crash between the two leaves it.
    shop.bridge().kill().await.expect("it runs");
    shop.bridge().start(&["--no-relay"]).await.expect("it starts");
    let unpublished = pay_some(&shop, 3).await;
    assert!(shop.inbox().about(&unpublished[0].number).await.is_empty());
    orders.extend(unpublished);
    shop.bridge().kill().await.expect("it runs");
    shop.bridge().start(&[]).await.expect("it starts");
    one_mail_each(&shop, &orders).await;

    let last = pay_some(&shop, 1).await;
    orders.extend(last);
    one_mail_each(&shop, &orders).await;
}

async fn a_refused_event_is_parked_and_can_be_replayed(backend: Backend) {
    let smtp = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = smtp.local_addr().expect("its address").to_string();
    let refusing = tokio::spawn(refuse_mails(smtp));
    let mut shop = Shop::with(backend).bridge_apart().argument("--smtp").argument(&address).start().await;
    let order = pay_some(&shop, 1).await.remove(0);
    let dead = until_dead(&mut shop, 1).await;
    let id = dead[0]["id"].as_str().expect("an id").to_owned();
    let shown = shop.bridge().dead(&["show", &id]).await.expect("it is there");
    assert!(shown.contains(&order.id), "{shown}");
    shop.bridge().dead(&["replay", &id]).await.expect("it is replayed");
    // The server still refuses, so the event comes back: it was delivered again.
    until_dead(&mut shop, 1).await;
    refusing.abort();
}

async fn until_dead(shop: &mut Shop, count: usize) -> Vec<serde_json::Value> {
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    loop {
        let listed = shop.bridge().dead(&["list", "--json"]).await.expect("a list");
        let dead: Vec<serde_json::Value> = serde_json::from_str(&listed).expect("JSON");
        let dead: Vec<_> = dead.into_iter().filter(|letter| letter["subscription"] == "send-email").collect();
        if dead.len() >= count {
            return dead;
        }
        assert!(std::time::Instant::now() < deadline, "nothing was parked");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// An SMTP server that refuses every recipient for good (550), so that the mail can never be sent.
async fn refuse_mails(listener: tokio::net::TcpListener) {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 refusing\r\n").await?;
            while let Some(line) = lines.next_line().await? {
                let answer: &[u8] = match line.get(..4) {
                    Some("EHLO" | "HELO") => b"250 refusing\r\n",
                    Some("RCPT") => b"550 no such mailbox\r\n",
                    Some("QUIT") => b"221 bye\r\n",
                    _ => b"250 ok\r\n",
                };
                write.write_all(answer).await?;
            }
            std::io::Result::Ok(())
        });
    }
}
