//! What updates do to a document, and which are refused.

use bson::{Bson, Document, doc};
use protocol::{Change, Expect, Filter, Operation, Scalar};

use crate::support::*;

on_both_stores! {
    changes_do_what_they_say,
    an_update_that_contradicts_the_document_is_unfit_and_changes_nothing,
    whole_numbers_do_not_overflow,
}

fn change(changes: Vec<Change>) -> Operation {
    update("goods", Filter::id("a"), changes, Expect::Exactly(1))
}

fn push(field: &str, value: impl Into<Bson>) -> Change {
    Change::Push(path(field), value.into())
}

fn inc_element(key: &str, equals: impl Into<Scalar>, field: &str, by: i64) -> Change {
    Change::IncElement { array: path("list"), key: path(key), equals: equals.into(), field: path(field), by }
}

fn set_element(key: &str, equals: impl Into<Scalar>, field: &str, value: impl Into<Bson>) -> Change {
    let (array, key, field) = (path("list"), path(key), path(field));
    Change::SetElement { array, key, equals: equals.into(), field, value: value.into() }
}

fn start() -> Document {
    doc! {
        "_id": "a",
        "n": 1,
        "half": 0.5,
        "text": "t",
        "nothing": null,
        "inner": { "x": 1 },
        "numbers": [1, 2.0, 2_i64, [2], "2", null],
        "list": [{ "id": "p", "q": 1 }, { "id": "r", "q": 2 }, { "id": "p" }],
    }
}

async fn changes_do_what_they_say(tested: &Tested) {
    let mut expected = start();
    tested.insert("goods", vec![start()]).await;
    let mut made = async |changes: Vec<Change>, expect: Document| {
        tested.transact(&[change(changes)]).await.unwrap();
        expected.extend(expect);
        assert_eq!(tested.get("goods", "a").await.unwrap(), expected);
    };
    made(vec![set("inner.y.z", 2), inc("n", 4)], doc! { "n": 5_i64, "inner": { "x": 1, "y": { "z": 2 } } })
        .await;
    made(
        vec![inc("half", 1), inc("inner.new", -3)],
        doc! {
            "half": 1.5,
            "inner": { "x": 1, "y": { "z": 2 }, "new": -3_i64 },
        },
    )
    .await;
    made(
        vec![Change::Unset(path("inner.y")), Change::Unset(path("text.not.there"))],
        doc! {
            "inner": { "x": 1, "new": -3_i64 },
        },
    )
    .await;
    made(vec![Change::Pull(path("numbers"), 2.into())], doc! { "numbers": [1, [2], "2", null] }).await;
    made(vec![Change::Pull(path("numbers"), Scalar::Null)], doc! { "numbers": [1, [2], "2"] }).await;
    made(
        vec![push("numbers", doc! { "a": 1 }), push("fresh.list", "x")],
        doc! {
            "numbers": [1, [2], "2", { "a": 1 }],
            "fresh": { "list": ["x"] },
        },
    )
    .await;
    made(vec![inc_element("id", "p", "q", 5), set_element("id", "r", "deep.er", true)], doc! {
        "list": [{ "id": "p", "q": 6_i64 }, { "id": "r", "q": 2, "deep": { "er": true } }, { "id": "p", "q": 5_i64 }],
    })
    .await;
    made(vec![inc_element("id", "nobody", "q", 5), Change::Pull(path("not.there"), 1.into())], doc! {}).await;
}

async fn an_update_that_contradicts_the_document_is_unfit_and_changes_nothing(tested: &Tested) {
    tested.insert("goods", vec![start()]).await;
    for unfit in [
        inc("text", 1),
        inc("nothing", 1),
        inc("inner", 1),
        inc("text.below", 1),
        inc("numbers.below", 1),
        set("text.below", 1),
        set("nothing.below", 1),
        set("list.id", 1),
        push("n", 1),
        push("nothing", 1),
        push("inner", 1),
        Change::Pull(path("text"), 1.into()),
        Change::Pull(path("nothing"), 1.into()),
        Change::Pull(path("text.below"), 1.into()),
        inc_element("id", "p", "id", 1),
        set_element("id", "p", "id.below", 1),
        set_element("id", "p", "q.below", 1),
        Change::IncElement {
            array: path("missing"),
            key: path("id"),
            equals: "p".into(),
            field: path("q"),
            by: 1,
        },
        Change::IncElement {
            array: path("inner"),
            key: path("id"),
            equals: "p".into(),
            field: path("q"),
            by: 1,
        },
    ] {
        assert_unfit(tested.transact(&[change(vec![set("n", 9), unfit.clone()])]).await, 0);
        let later = [insert("goods", doc! { "_id": "b" }), change(vec![unfit])];
        assert_unfit(tested.transact(&later).await, 1);
    }
    // Two fields of one index may not both be arrays.
    let parallel = insert("goods", doc! { "_id": "b", "category": [{ "slug": 1 }], "created": [1] });
    assert_unfit(tested.transact(&[parallel]).await, 0);
    assert_eq!(tested.find("goods", Filter::All).await, [start()]);
}

async fn whole_numbers_do_not_overflow(tested: &Tested) {
    let start = doc! { "_id": "a", "most": i64::MAX, "least": i64::MIN, "small": i32::MAX };
    tested.insert("goods", vec![start]).await;
    assert_unfit(tested.transact(&[change(vec![inc("most", 1)])]).await, 0);
    assert_unfit(tested.transact(&[change(vec![inc("least", -1)])]).await, 0);
    tested.transact(&[change(vec![inc("small", 1), inc("most", -1)])]).await.unwrap();
    let after =
        doc! { "_id": "a", "most": i64::MAX - 1, "least": i64::MIN, "small": i64::from(i32::MAX) + 1 };
    assert_eq!(tested.get("goods", "a").await.unwrap(), after);
}
