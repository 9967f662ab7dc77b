//! Passwords can't be guessed, and nobody is locked out by somebody else's guesses at another account.

use std::time::{SystemTime, UNIX_EPOCH};

use futures::future::join_all;
use serde_json::json;
use shop_tests::{Answer, Backend, Client, Shop, on_both};

on_both!(ten_wrong_passwords_are_looked_at_even_at_once_and_no_other_account_notices);

/// How many wrong passwords an account bears, as documented.
const BORNE: usize = 10;

async fn try_login(client: &Client, email: &str, password: &str) -> Answer {
    client.post("/api/auth/login", &json!({ "email": email, "password": password })).await
}

/// The quarter of an hour that failures are counted in.
fn window() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is past 1970").as_secs() / 900
}

async fn ten_wrong_passwords_are_looked_at_even_at_once_and_no_other_account_notices(backend: Backend) {
    let shop = Shop::start(backend).await;
    // Where a window ends between guesses at the first account, those at the second are within one.
    for email in ["ada@example.com", "bob@example.com"] {
        shop.visitor().register(email).await;
        let (thief, begun) = (shop.visitor(), window());
        let answers = join_all((0..BORNE + 5).map(|n| {
            let thief = &thief;
            async move { try_login(thief, email, &format!("a wrong phrase {n}")).await }
        }))
        .await;
        let at_last = try_login(&thief, email, "a long enough phrase").await;
        if window() == begun {
            let of = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
            assert_eq!((of(401), of(429)), (BORNE, 5));
            at_last.expect(429);
            break;
        }
    }
    let mut eve = shop.visitor();
    eve.register("eve@example.com").await;
    eve.login("eve@example.com").await;
}
