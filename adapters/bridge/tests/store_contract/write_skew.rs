//! A check holds when its transaction commits. The tests run pairs of transactions that each check what the other
//! changes: if one could commit after its check ceased to hold, both would.

use std::sync::Arc;

use bson::doc;
use protocol::{Expect, Filter, Operation};
use tokio::sync::Barrier;

use crate::support::*;

on_both_stores! {
    a_document_that_was_checked_does_not_change_before_the_commit,
    a_document_that_was_checked_to_be_absent_is_not_inserted_before_the_commit,
    as_many_documents_as_were_checked_exist_until_the_commit,
    a_document_that_needed_no_change_does_not_change_before_the_commit,
    a_check_leaves_no_trace_in_a_document,
}

const PAIRS: i64 = 24;

/// Runs pairs of transactions at once, each on another bridge. At most one of a pair may succeed, and at least one of
/// all must.
async fn at_most_one_of_each_pair(tested: &Tested, pair: impl Fn(i64) -> [Vec<Operation>; 2]) {
    let mut through = 0;
    for n in 0..PAIRS {
        let barrier = Arc::new(Barrier::new(2));
        let bridges = [0, 1].map(|bridge| tested.of_bridge(bridge));
        let each = pair(n).into_iter().zip(bridges).map(|(operations, store)| {
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                barrier.wait().await;
                store.transact(&operations).await
            })
        });
        let results = futures::future::join_all(each).await;
        let both = results.into_iter().filter(|result| result.as_ref().unwrap().is_ok()).count();
        assert!(both <= 1, "both transactions of pair {n} went through");
        through += both;
    }
    assert!(through > 0, "no transaction ever went through");
}

async fn a_document_that_was_checked_does_not_change_before_the_commit(tested: &Tested) {
    let on = |id: &str| Filter::id(id).and(eq("on", true));
    for n in 0..PAIRS {
        tested.insert("plain", vec![doc! { "_id": format!("a{n}"), "on": true }]).await;
        tested.insert("plain", vec![doc! { "_id": format!("b{n}"), "on": true }]).await;
    }
    at_most_one_of_each_pair(tested, |n| {
        let off = |this: &str, other: &str| {
            vec![
                check("plain", on(other), Expect::Exactly(1)),
                update("plain", Filter::id(this), vec![set("on", false)], Expect::Exactly(1)),
            ]
        };
        let (a, b) = (format!("a{n}"), format!("b{n}"));
        [off(&a, &b), off(&b, &a)]
    })
    .await;
}

async fn a_document_that_was_checked_to_be_absent_is_not_inserted_before_the_commit(tested: &Tested) {
    at_most_one_of_each_pair(tested, |n| {
        let come = |this: &str, other: &str| {
            vec![
                check("goods", Filter::id(other), Expect::Exactly(0)),
                insert("goods", doc! { "_id": this, "slug": this }),
            ]
        };
        let (a, b) = (format!("a{n}"), format!("b{n}"));
        [come(&a, &b), come(&b, &a)]
    })
    .await;
}

async fn as_many_documents_as_were_checked_exist_until_the_commit(tested: &Tested) {
    for n in 0..PAIRS {
        tested.insert("goods", vec![doc! { "_id": format!("a{n}"), "rank": n }]).await;
        tested.insert("goods", vec![doc! { "_id": format!("b{n}"), "rank": n }]).await;
    }
    at_most_one_of_each_pair(tested, |n| {
        let leave = |this: &str| {
            vec![
                check("goods", eq("rank", n), Expect::AtLeast(2)),
                update("goods", Filter::id(this), vec![set("rank", "gone")], Expect::Exactly(1)),
            ]
        };
        [leave(&format!("a{n}")), leave(&format!("b{n}"))]
    })
    .await;
}

async fn a_document_that_needed_no_change_does_not_change_before_the_commit(tested: &Tested) {
    for n in 0..PAIRS {
        tested.insert("plain", vec![doc! { "_id": format!("a{n}"), "on": true }]).await;
        tested.insert("plain", vec![doc! { "_id": format!("b{n}"), "on": true }]).await;
    }
    at_most_one_of_each_pair(tested, |n| {
        let off = |this: &str, other: &str| {
            let stays_on = Filter::id(other).and(eq("on", true));
            vec![
                update("plain", stays_on, vec![set("on", true)], Expect::Exactly(1)),
                update("plain", Filter::id(this), vec![set("on", false)], Expect::Exactly(1)),
            ]
        };
        let (a, b) = (format!("a{n}"), format!("b{n}"));
        [off(&a, &b), off(&b, &a)]
    })
    .await;
}

async fn a_check_leaves_no_trace_in_a_document(tested: &Tested) {
    let before = vec![doc! { "_id": "a", "x": 1, "y": [1] }, doc! { "_id": "b", "x": 1 }];
    tested.insert("plain", before.clone()).await;
    let both = Filter::In(path("_id"), vec!["a".into(), "b".into(), "c".into()]);
    tested
        .transact(&[
            check("plain", both, Expect::Exactly(2)),
            check("plain", eq("x", 1), Expect::AtLeast(2)),
            check("plain", Filter::id("d"), Expect::Exactly(0)),
            check("plain", Filter::All, Expect::Any),
        ])
        .await
        .unwrap();
    assert_eq!(tested.find("plain", Filter::All).await, before);
}
