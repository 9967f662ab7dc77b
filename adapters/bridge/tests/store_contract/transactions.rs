//! All or nothing, expectations and unique keys.

use bson::{Document, doc};
use mcommerce_bridge::store::StoreError;
use protocol::{Change, Expect, Filter, Operation, Outcome, Scalar};

use crate::support::*;

on_both_stores! {
    each_operation_sees_those_before_it,
    an_unmet_expectation_names_the_operation_and_undoes_everything,
    an_unmet_expectation_of_one_operation_changes_nothing,
    a_duplicate_key_names_its_index_and_undoes_everything,
    a_document_may_repeat_a_unique_key_and_two_may_not_share_one,
    a_unique_index_ignores_documents_without_its_first_field,
    a_key_can_be_reused_once_its_document_is_removed_or_changed,
    two_hundred_buyers_of_seven_pieces_get_seven,
    two_hundred_concurrent_decrements_all_succeed,
    an_operation_may_not_change_more_than_a_thousand_documents,
    an_upsert_replaces_the_whole_document,
    preparing_again_changes_nothing,
    what_only_one_store_could_store_is_refused,
}

fn one(matched: u64) -> Outcome {
    Outcome { matched }
}

async fn each_operation_sees_those_before_it(tested: &Tested) {
    let outcomes = tested
        .transact(&[
            insert("goods", doc! { "_id": "a", "stock": 3 }),
            insert("goods", doc! { "_id": "b", "stock": 1 }),
            update("goods", Filter::Gte(path("stock"), 1.into()), vec![inc("stock", -1)], Expect::Exactly(2)),
            check("goods", eq("stock", 2), Expect::AtLeast(1)),
            delete("goods", eq("stock", 0), Expect::Exactly(1)),
            upsert("goods", doc! { "_id": "c", "stock": 9 }),
            check("goods", Filter::id("b"), Expect::Exactly(0)),
        ])
        .await
        .unwrap();
    assert_eq!(outcomes, [one(1), one(1), one(2), one(1), one(1), one(1), one(0)]);
    let there = tested.find("goods", Filter::All).await;
    assert_eq!(ids(&there), ["a", "c"]);
    assert_eq!(there[0], doc! { "_id": "a", "stock": 2_i64 });
    assert!(tested.transact(&[]).await.unwrap().is_empty());
}

async fn an_unmet_expectation_names_the_operation_and_undoes_everything(tested: &Tested) {
    tested.insert("goods", vec![doc! { "_id": "a", "stock": 1 }, doc! { "_id": "b", "stock": 5 }]).await;
    let before = tested.find("goods", Filter::All).await;
    let enough = |id: &str, count: i64| Filter::id(id).and(Filter::Gte(path("stock"), count.into()));
    let take = |id: &str, count: i64| {
        update("goods", enough(id, count), vec![inc("stock", -count)], Expect::Exactly(1))
    };

    let new = || insert("goods", doc! { "_id": "order" });
    assert_unmet(tested.transact(&[new(), take("b", 2), take("a", 2)]).await, 2, 0);
    let gone = delete("goods", Filter::Gte(path("stock"), 0.into()), Expect::Exactly(1));
    assert_unmet(tested.transact(&[take("b", 2), gone]).await, 1, 2);
    let absent = check("goods", Filter::id("a"), Expect::Exactly(0));
    assert_unmet(tested.transact(&[take("b", 2), new(), absent]).await, 2, 1);
    let three = check("goods", Filter::Exists(path("stock"), true), Expect::AtLeast(3));
    assert_unmet(tested.transact(&[three, new()]).await, 0, 2);

    assert_eq!(tested.find("goods", Filter::All).await, before);
}

async fn an_unmet_expectation_of_one_operation_changes_nothing(tested: &Tested) {
    tested.insert("goods", vec![doc! { "_id": "a", "n": 1 }, doc! { "_id": "b", "n": 1 }]).await;
    let before = tested.find("goods", Filter::All).await;
    for expect in [Expect::Exactly(0), Expect::Exactly(2), Expect::AtLeast(2)] {
        let a = || Filter::id("a");
        assert_unmet(tested.transact(&[update("goods", a(), vec![inc("n", 1)], expect)]).await, 0, 1);
        assert_unmet(tested.transact(&[delete("goods", a(), expect)]).await, 0, 1);
        assert_unmet(tested.transact(&[check("goods", a(), expect)]).await, 0, 1);
    }
    let every = || eq("n", 1);
    assert_unmet(
        tested.transact(&[update("goods", every(), vec![inc("n", 1)], Expect::Exactly(1))]).await,
        0,
        2,
    );
    assert_unmet(tested.transact(&[delete("goods", every(), Expect::Exactly(1))]).await, 0, 2);
    assert_unmet(tested.transact(&[delete("goods", Filter::id("z"), Expect::AtLeast(1))]).await, 0, 0);
    assert_eq!(tested.find("goods", Filter::All).await, before);
}

async fn a_duplicate_key_names_its_index_and_undoes_everything(tested: &Tested) {
    let sku = |sku: &str| doc! { "sku": sku };
    tested
        .insert(
            "goods",
            vec![
                doc! { "_id": "a", "slug": "mug", "variants": [sku("M-1"), sku("M-2")] },
                doc! { "_id": "b", "slug": "cup", "variants": [sku("C-1")] },
            ],
        )
        .await;
    let before = tested.find("goods", Filter::All).await;
    for (index, taken) in [
        ("_id", insert("goods", doc! { "_id": "a" })),
        ("slug", insert("goods", doc! { "_id": "c", "slug": "mug" })),
        ("slug", upsert("goods", doc! { "_id": "b", "slug": "mug" })),
        ("slug", update("goods", Filter::id("b"), vec![set("slug", "mug")], Expect::Any)),
        ("sku", insert("goods", doc! { "_id": "c", "variants": [sku("new"), sku("M-2")] })),
        (
            "sku",
            update(
                "goods",
                Filter::id("b"),
                vec![Change::Push(path("variants"), sku("M-1").into())],
                Expect::Any,
            ),
        ),
    ] {
        assert_duplicate(tested.transact(std::slice::from_ref(&taken)).await, 0, index);
        let others = [insert("goods", doc! { "_id": "z" }), taken];
        assert_duplicate(tested.transact(&others).await, 1, index);
    }
    assert_eq!(tested.find("goods", Filter::All).await, before);
}

async fn a_document_may_repeat_a_unique_key_and_two_may_not_share_one(tested: &Tested) {
    let twice = doc! { "_id": "a", "variants": [{ "sku": "X" }, { "sku": "X" }, {}] };
    tested.insert("goods", vec![twice]).await;
    assert_duplicate(
        tested.transact(&[insert("goods", doc! { "_id": "b", "variants": { "sku": "X" } })]).await,
        0,
        "sku",
    );
    // An element without the field counts as null if another element has it.
    let null = doc! { "_id": "b", "variants": [{ "sku": null }] };
    assert_duplicate(tested.transact(&[insert("goods", null)]).await, 0, "sku");
}

async fn a_unique_index_ignores_documents_without_its_first_field(tested: &Tested) {
    tested
        .insert(
            "goods",
            vec![
                doc! { "_id": "a" },
                doc! { "_id": "b" },
                doc! { "_id": "c", "variants": [] },
                doc! { "_id": "d", "variants": [{}, {}] },
                doc! { "_id": "e", "variants": [{ "name": "no sku" }] },
            ],
        )
        .await;
    tested.insert("goods", vec![doc! { "_id": "f", "slug": null }]).await;
    assert_duplicate(tested.transact(&[insert("goods", doc! { "_id": "g", "slug": null })]).await, 0, "slug");
    assert_eq!(tested.ids("goods", eq("slug", Scalar::Null)).await, ["a", "b", "c", "d", "e", "f"]);
}

async fn a_key_can_be_reused_once_its_document_is_removed_or_changed(tested: &Tested) {
    tested
        .insert("goods", vec![doc! { "_id": "a", "slug": "mug" }, doc! { "_id": "b", "slug": "cup" }])
        .await;
    tested
        .transact(&[
            delete("goods", Filter::id("a"), Expect::Exactly(1)),
            update("goods", Filter::id("b"), vec![set("slug", "mug")], Expect::Exactly(1)),
            insert("goods", doc! { "_id": "c", "slug": "cup" }),
        ])
        .await
        .unwrap();
    assert_eq!(tested.ids("goods", eq("slug", "mug")).await, ["b"]);
    assert_eq!(tested.ids("goods", eq("slug", "cup")).await, ["c"]);
}

/// Runs this many transactions at once, alternating between two bridges, and returns how many succeeded. The others
/// must have failed with a conflict.
async fn at_once(tested: &Tested, count: usize, operations: impl Fn(usize) -> Vec<Operation>) -> usize {
    let transactions = (0..count).map(|n| {
        let (store, operations) = (tested.of_bridge(n), operations(n));
        tokio::spawn(async move { store.transact(&operations).await })
    });
    let mut through = 0;
    for transaction in futures::future::join_all(transactions).await {
        match transaction.unwrap() {
            Ok(_) => through += 1,
            Err(error) => assert!(matches!(error, StoreError::Conflict(_)), "{error:?}"),
        }
    }
    through
}

async fn two_hundred_buyers_of_seven_pieces_get_seven(tested: &Tested) {
    let product: Document =
        doc! { "_id": "p", "variants": [{ "id": "small", "stock": 7 }, { "id": "large", "stock": 500 }] };
    tested.insert("goods", vec![product]).await;
    let variant = |least: i64| {
        Filter::Element(
            path("variants"),
            Box::new(eq("id", "small").and(Filter::Gte(path("stock"), least.into()))),
        )
    };
    let through = at_once(tested, 200, |n| {
        let take = Change::IncElement {
            array: path("variants"),
            key: path("id"),
            equals: "small".into(),
            field: path("stock"),
            by: -1,
        };
        vec![
            update("goods", Filter::id("p").and(variant(1)), vec![take], Expect::Exactly(1)),
            insert("plain", doc! { "_id": format!("order-{n}") }),
        ]
    })
    .await;
    assert_eq!(through, 7);
    assert_eq!(tested.find("plain", Filter::All).await.len(), 7);
    let left = tested.get("goods", "p").await.unwrap();
    assert_eq!(
        left,
        doc! { "_id": "p", "variants": [{ "id": "small", "stock": 0_i64 }, { "id": "large", "stock": 500 }] }
    );
}

async fn two_hundred_concurrent_decrements_all_succeed(tested: &Tested) {
    tested.insert("goods", vec![doc! { "_id": "p", "stock": 200 }, doc! { "_id": "q", "stock": 200 }]).await;
    let through = at_once(tested, 200, |n| {
        let take = |id| update("goods", Filter::id(id), vec![inc("stock", -1)], Expect::Exactly(1));
        // In alternating order, so that two transactions may each hold what the other waits for.
        if n % 2 == 0 { vec![take("p"), take("q")] } else { vec![take("q"), take("p")] }
    })
    .await;
    assert_eq!(through, 200);
    assert_eq!(tested.ids("goods", eq("stock", 0)).await, ["p", "q"]);
}

async fn an_operation_may_not_change_more_than_a_thousand_documents(tested: &Tested) {
    let many = |from: usize, to: usize| -> Vec<Document> {
        (from..to).map(|n| doc! { "_id": format!("{n:04}"), "n": 1 }).collect()
    };
    tested.insert("plain", many(0, 1000)).await;
    let all = |expect| update("plain", eq("n", 1), vec![inc("n", 0)], expect);
    tested.transact(&[all(Expect::Exactly(1000))]).await.unwrap();
    tested.insert("plain", many(1000, 1001)).await;
    assert_unfit(tested.transact(&[all(Expect::Any)]).await, 0);
    let new = insert("plain", doc! { "_id": "new" });
    assert_unfit(tested.transact(&[new, delete("plain", Filter::All, Expect::Any)]).await, 1);
    let all = protocol::Query { total: true, limit: 0, ..protocol::Query::new(name("plain")) };
    assert_eq!(tested.query(&all).await.total, Some(1001));
}

async fn an_upsert_replaces_the_whole_document(tested: &Tested) {
    tested.transact(&[upsert("goods", doc! { "_id": "a", "old": 1, "slug": "mug" })]).await.unwrap();
    tested.transact(&[upsert("goods", doc! { "new": 2, "_id": "a" })]).await.unwrap();
    assert_eq!(tested.find("goods", Filter::All).await, [doc! { "_id": "a", "new": 2 }]);
    tested.insert("goods", vec![doc! { "_id": "b", "slug": "mug" }]).await;
}

async fn preparing_again_changes_nothing(tested: &Tested) {
    tested.insert("goods", vec![doc! { "_id": "a", "slug": "mug", "tags": ["x", "y"] }]).await;
    let again = Tested::collections();
    tested.store.prepare(&again).await.unwrap();
    tested.store.ping().await.unwrap();
    assert_eq!(tested.ids("goods", eq("tags", "y")).await, ["a"]);
    assert_duplicate(
        tested.transact(&[insert("goods", doc! { "_id": "b", "slug": "mug" })]).await,
        0,
        "slug",
    );
}

async fn what_only_one_store_could_store_is_refused(tested: &Tested) {
    let decimal: bson::Decimal128 = "1.1".parse().unwrap();
    for document in [
        doc! { "_id": 7 },
        doc! { "name": "no id" },
        doc! { "_id": "a", "$set": { "b": 1 } },
        doc! { "_id": "a", "b": [{ "c.d": 1 }] },
        doc! { "_id": "a", "": 1 },
        doc! { "_id": "a", "nul\0": 1 },
        doc! { "_id": "a", "b": decimal },
        doc! { "_id": "a", "b": bson::Timestamp { time: 0, increment: 0 } },
        doc! { "_id": "a", "tags": [1], "#lock": true },
    ] {
        assert_unfit(tested.transact(&[insert("goods", document.clone())]).await, 0);
        assert_unfit(tested.transact(&[upsert("goods", document)]).await, 0);
    }
    let operator = update("goods", Filter::All, vec![set("a", doc! { "$inc": 1 })], Expect::Any);
    assert_unfit(tested.transact(&[operator]).await, 0);
    let absent = check("goods", eq("slug", "mug"), Expect::Exactly(0));
    assert_unfit(tested.transact(&[insert("goods", doc! { "_id": "a" }), absent]).await, 1);
    assert!(tested.find("goods", Filter::All).await.is_empty());
}
