//! Filters, orders, pages, totals and facets.

use std::sync::Arc;

use bson::{Bson, DateTime, Document, doc};
use protocol::{Cursor, Facet, FacetCount, Filter, Query, Scalar, SortKey};

use crate::support::*;

on_both_stores! {
    filters_match_the_documents_they_describe,
    what_looks_like_an_operator_is_only_a_string,
    values_of_different_kinds_sort_by_kind,
    pages_visit_each_document_once_while_others_are_inserted,
    a_page_without_scalar_sort_keys_has_no_next,
    a_page_skips_limits_and_counts_all_that_match,
    only_the_requested_fields_are_returned,
    facets_count_each_value_once_per_document,
    an_unknown_collection_is_empty,
}

fn unordered(filter: Filter) -> Query {
    Query { filter, ..Query::new(name("goods")) }
}

async fn filters_match_the_documents_they_describe(tested: &Tested) {
    let time = DateTime::from_millis(1_000);
    tested
        .insert(
            "goods",
            vec![
                doc! { "_id": "1", "rank": 1, "name": "abc", "tags": ["x", "y"] },
                doc! { "_id": "2", "rank": 2.5, "name": "abd", "tags": [] },
                doc! { "_id": "3", "rank": 3_i64, "name": null, "tags": "x" },
                doc! { "_id": "4", "rank": "3", "inner": { "n": 1 } },
                doc! { "_id": "5", "rank": time, "inner": [{ "n": 1, "m": 2 }, { "n": 3, "m": 4 }] },
                doc! { "_id": "6", "rank": true, "inner": [] },
            ],
        )
        .await;
    let element = |inner: Filter| Filter::Element(path("inner"), Box::new(inner));
    let not = |inner: Filter| Filter::Not(Box::new(inner));
    for (filter, meant) in [
        (Filter::All, "123456"),
        (eq("rank", 3), "3"),
        (Filter::Eq(path("rank"), Scalar::Double(3.0)), "3"),
        (Filter::Gt(path("rank"), 1.into()), "23"),
        (Filter::Gte(path("rank"), 1.into()).and(Filter::Lt(path("rank"), 3.into())), "12"),
        (Filter::Lte(path("rank"), "3".into()), "4"),
        (Filter::Gte(path("rank"), time.into()), "5"),
        (Filter::Lte(path("rank"), true.into()), "6"),
        (Filter::Ne(path("rank"), 3.into()), "12456"),
        (Filter::In(path("rank"), vec![1.into(), "3".into(), Scalar::Null]), "14"),
        (Filter::NotIn(path("rank"), vec![1.into(), "3".into()]), "2356"),
        (Filter::In(path("rank"), vec![]), ""),
        (Filter::NotIn(path("rank"), vec![]), "123456"),
        (Filter::Prefix(path("name"), "ab".into()), "12"),
        (Filter::Prefix(path("name"), "a.".into()), ""),
        (Filter::Prefix(path("name"), String::new()), "12"),
        (eq("name", Scalar::Null), "3456"),
        (Filter::Ne(path("name"), Scalar::Null), "12"),
        (Filter::Exists(path("name"), true), "123"),
        (Filter::Exists(path("name"), false), "456"),
        (eq("tags", "x"), "13"),
        (Filter::Ne(path("tags"), "x".into()), "2456"),
        (eq("inner.n", 1), "45"),
        (eq("inner.n", 1).and(eq("inner.m", 4)), "5"),
        (element(eq("n", 1).and(eq("m", 4))), ""),
        (element(eq("n", 3).and(eq("m", 4))), "5"),
        (Filter::Exists(path("inner.n"), true), "45"),
        (Filter::And(vec![]), "123456"),
        (Filter::Or(vec![]), ""),
        (Filter::Or(vec![eq("rank", 1), eq("rank", true)]), "16"),
        (not(Filter::Or(vec![eq("rank", 1), eq("rank", true)])), "2345"),
        (not(Filter::All), ""),
        (not(Filter::Gt(path("rank"), 2.into())), "1456"),
    ] {
        let found = tested.ids("goods", filter.clone()).await.concat();
        assert_eq!(found, meant, "{filter:?}");
    }
}

async fn what_looks_like_an_operator_is_only_a_string(tested: &Tested) {
    let texts =
        ["$where", "{\"$gt\":\"\"}", "'; DROP TABLE documents; --", ".*", "a\0b", "^", "\\", "%", "$[e0]"];
    let documents: Vec<Document> =
        (0_i64..).zip(texts).map(|(n, text)| doc! { "_id": text, "name": text, "n": n }).collect();
    tested.insert("goods", documents).await;
    for (n, text) in (0_i64..).zip(texts) {
        for filter in [
            Filter::id(text),
            eq("name", text),
            Filter::In(path("name"), vec![text.into()]),
            Filter::Prefix(path("name"), text.into()).and(eq("n", n)),
        ] {
            assert_eq!(tested.ids("goods", filter).await, [text]);
        }
    }
    assert_eq!(tested.ids("goods", Filter::Prefix(path("name"), "a\0".into())).await, ["a\0b"]);
}

async fn values_of_different_kinds_sort_by_kind(tested: &Tested) {
    let time = DateTime::from_millis(5);
    for collection in ["goods", "plain"] {
        tested
            .insert(
                collection,
                vec![
                    doc! { "_id": "h", "rank": time },
                    doc! { "_id": "g", "rank": true },
                    doc! { "_id": "f", "rank": "a" },
                    doc! { "_id": "e", "rank": 10_i64 },
                    doc! { "_id": "d", "rank": 2 },
                    doc! { "_id": "c", "rank": 1.5 },
                    doc! { "_id": "b" },
                    doc! { "_id": "a", "rank": null },
                ],
            )
            .await;
        let order = async |sort: Vec<SortKey>| {
            ids(&decoded(&tested.query(&Query { sort, ..Query::new(name(collection)) }).await.documents))
                .concat()
        };
        assert_eq!(order(vec![ascending("rank")]).await, "abcdefgh");
        assert_eq!(order(vec![descending("rank")]).await, "hgfedcba");
        assert_eq!(order(vec![descending("rank"), ascending("_id")]).await, "hgfedcab");
        assert_eq!(order(vec![descending("_id")]).await, "hgfedcba");
        // An array sorts by its least element, or by its greatest in descending order.
        tested.insert(collection, vec![doc! { "_id": "i", "rank": ["b", 1] }]).await;
        assert_eq!(order(vec![ascending("rank")]).await, "abicdefgh");
        assert_eq!(order(vec![descending("rank")]).await, "hgifedcba");
    }
}

async fn pages_visit_each_document_once_while_others_are_inserted(tested: &Tested) {
    let document = |n: i64| doc! { "_id": format!("{n:03}"), "rank": n / 4, "category": { "slug": "c" }, "created": n % 5 };
    tested.insert("goods", (0..60).map(|n| document(n * 3)).collect()).await;
    for (filter, sort) in [
        (Filter::All, vec![]),
        (Filter::All, vec![ascending("rank")]),
        (Filter::All, vec![descending("rank")]),
        (eq("category.slug", "c"), vec![descending("created")]),
        (
            Filter::Gte(path("rank"), 0.into()),
            vec![descending("created"), ascending("rank"), descending("_id")],
        ),
    ] {
        let before = tested.ids("goods", Filter::All).await;
        let mut query = Query { filter, sort, limit: 7, ..Query::new(name("goods")) };
        let mut seen: Vec<String> = Vec::new();
        for pages in 0_i64.. {
            let page = tested.query(&query).await;
            seen.extend(ids(&decoded(&page.documents)));
            let new = uuid::Uuid::now_v7().to_string();
            let new = doc! { "_id": new, "rank": pages % 20, "category": { "slug": "c" }, "created": 2 };
            tested.insert("goods", vec![new]).await;
            let Some(next) = page.next else { break };
            query.after = Some(Cursor::from_client(next.as_str().to_owned()));
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "a document came twice");
        assert!(before.iter().all(|id| once.contains(id)), "a document was missed");
    }
}

async fn a_page_without_scalar_sort_keys_has_no_next(tested: &Tested) {
    tested
        .insert(
            "goods",
            vec![doc! { "_id": "a" }, doc! { "_id": "b", "rank": 1 }, doc! { "_id": "c", "rank": 2 }],
        )
        .await;
    let page = |limit| Query { sort: vec![ascending("rank")], limit, ..Query::new(name("goods")) };
    assert_eq!(tested.query(&page(1)).await.next, None);
    assert!(tested.query(&page(2)).await.next.is_some());
    assert_eq!(tested.query(&page(3)).await.next, None);
}

async fn a_page_skips_limits_and_counts_all_that_match(tested: &Tested) {
    tested.insert("goods", (0..9).map(|n| doc! { "_id": n.to_string(), "rank": n % 2 }).collect()).await;
    let odd = Query { skip: 1, limit: 2, total: true, ..unordered(eq("rank", 1)) };
    let page = tested.query(&odd).await;
    assert_eq!((ids(&decoded(&page.documents)).concat().as_str(), page.total), ("35", Some(4)));
    let rest = Query { skip: 0, after: page.next, ..odd.clone() };
    let rest = tested.query(&rest).await;
    assert_eq!(
        (ids(&decoded(&rest.documents)).concat().as_str(), rest.total, rest.next),
        ("7", Some(4), None)
    );
    let none = tested.query(&Query { limit: 0, total: true, ..unordered(Filter::All) }).await;
    assert_eq!((none.documents.len(), none.total, none.next), (0, Some(9), None));
    let beyond = tested.query(&Query { skip: 100, ..odd }).await;
    assert!(beyond.documents.is_empty() && beyond.next.is_none());
}

async fn only_the_requested_fields_are_returned(tested: &Tested) {
    let whole =
        |id: &str| doc! { "_id": id, "rank": 1, "b": { "c": 2, "d": 3 }, "e": [{ "f": 1, "g": 2 }, 5] };
    tested.insert("goods", vec![whole("1"), whole("2")]).await;
    let query = |fields: &[&str], sort: Vec<SortKey>| {
        let fields = fields.iter().map(|field| path(field)).collect();
        Query { fields, sort, limit: 1, ..unordered(Filter::All) }
    };
    let page = tested.query(&query(&["b.c", "e.f", "z"], vec![descending("rank"), ascending("b.d")])).await;
    assert_eq!(decoded(&page.documents), [doc! { "_id": "1", "b": { "c": 2 }, "e": [{ "f": 1 }] }]);
    assert!(page.next.is_some(), "the order's fields are read though they are not asked for");
    let page = tested.query(&query(&["rank"], vec![ascending("rank")])).await;
    assert_eq!(decoded(&page.documents), [doc! { "_id": "1", "rank": 1 }]);
}

async fn facets_count_each_value_once_per_document(tested: &Tested) {
    tested
        .insert(
            "goods",
            vec![
                doc! { "_id": "1", "rank": 1, "tags": ["x", "y", "x"], "list": [{ "c": "red" }, { "c": ["red", "blue"] }] },
                doc! { "_id": "2", "rank": 1.0, "tags": "y", "list": { "c": "blue" } },
                doc! { "_id": "3", "rank": null, "tags": [null, { "a": 1 }, "z"], "list": [] },
                doc! { "_id": "4", "tags": [], "list": [{ "d": 1 }, 7] },
                doc! { "_id": "5", "rank": "1" },
            ],
        )
        .await;
    let facet = |field: &str, filter: Filter, limit: u32| Facet { path: path(field), filter, limit };
    let first = Filter::In(path("_id"), vec!["1".into(), "2".into()]);
    let query = Query {
        limit: 0,
        facets: vec![
            facet("tags", Filter::All, 10),
            facet("tags", Filter::All, 1),
            facet("rank", Filter::All, 10),
            facet("list.c", Filter::All, 10),
            facet("rank", first, 10),
            facet("no.such", Filter::All, 10),
        ],
        ..unordered(eq("_id", "nothing"))
    };
    let counts = |facet: &[FacetCount]| -> Vec<(String, u64)> {
        facet
            .iter()
            .map(|count| {
                let value = match &count.value {
                    Bson::String(text) => format!("{text:?}"),
                    Bson::Double(number) => number.to_string(),
                    other => other.to_string(),
                };
                (value, count.count)
            })
            .collect()
    };
    let facets = tested.query(&query).await.facets;
    let expected: [&[(&str, u64)]; 6] = [
        &[("\"y\"", 2), ("\"x\"", 1), ("\"z\"", 1)],
        &[("\"y\"", 2)],
        &[("1", 2), ("\"1\"", 1)],
        &[("\"blue\"", 2), ("\"red\"", 1)],
        &[("1", 2)],
        &[],
    ];
    for (facet, expected) in facets.iter().zip(expected) {
        let expected: Vec<(String, u64)> =
            expected.iter().map(|(value, n)| ((*value).to_owned(), *n)).collect();
        assert_eq!(counts(facet), expected);
    }
    assert_eq!(facets.len(), 6);
}

async fn an_unknown_collection_is_empty(tested: &Tested) {
    let store = Arc::clone(&tested.store);
    let facets = vec![Facet { path: path("a"), filter: Filter::All, limit: 1 }];
    let query = Query { total: true, facets, ..Query::new(name("nowhere")) };
    let result = store.query(&query).await.unwrap();
    assert_eq!((result.documents.len(), result.total, result.facets), (0, Some(0), vec![vec![]]));
}
