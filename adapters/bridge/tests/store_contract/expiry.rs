//! Documents are removed once their time has passed.

use std::time::{Duration, Instant};

use bson::{DateTime, doc};
use protocol::Filter;

use crate::support::*;

on_both_stores! { only_expired_documents_are_removed }

async fn only_expired_documents_are_removed(tested: &Tested) {
    let now = DateTime::now().timestamp_millis();
    let (past, future) = (DateTime::from_millis(now - 1000), DateTime::from_millis(now + 3_600_000));
    tested
        .insert(
            "passing",
            vec![
                doc! { "_id": "past", "expires": past },
                doc! { "_id": "one of them past", "expires": [future, past] },
                doc! { "_id": "future", "expires": future },
                doc! { "_id": "no time", "expires": "yesterday" },
                doc! { "_id": "nothing" },
            ],
        )
        .await;
    tested.hurry_expiry().await;
    let deadline = Instant::now() + Duration::from_secs(90);
    let left = loop {
        let left = tested.ids("passing", Filter::All).await;
        if left.len() == 3 || Instant::now() > deadline {
            break left;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(left, ["future", "no time", "nothing"]);
}
