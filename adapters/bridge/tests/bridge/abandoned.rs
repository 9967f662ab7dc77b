use bson::{Document, doc};
use serde_json::json;

use crate::backends::Backend;
use crate::support::{Shop, until};

/// MongoDB itself would end it after a minute, for which no test waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_bridge_had_locked_can_be_written_again() {
    let Some(backend) = Backend::production() else { return };
    let shop = Shop::open(&backend).await;
    shop.http.make("a", "a", 1).await;

    let dead = mongodb::Client::with_uri_str(&backend.store_url).await.unwrap();
    let mut session = dead.start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let things = dead.database(&backend.prefix).collection::<Document>("things");
    let rename = things.update_one(doc! { "_id": "a" }, doc! { "$set": { "name": "b" } });
    rename.session(&mut session).await.unwrap();

    let update = json!({ "operations": [
        { "update": { "collection": "things", "filter": { "eq": ["_id", "a"] }, "update": [{ "set": ["name", "c"] }],
            "expect": { "exactly": 1 } } },
        { "insert": { "collection": "things", "document": { "_id": "d", "name": "d" } } },
    ] });
    until("the thing can be written", async || shop.http.transact("writer", &update).await.status == 200)
        .await;
    assert!(session.commit_transaction().await.is_err(), "the abandoned transaction is gone");
    assert!(shop.http.things().await.iter().any(|thing| thing["name"] == "c"));
    shop.shutdown().await;
    backend.clean().await;
}
