//! Random stories, applied to several stores, end the same in each: in SQLite with indexes, in SQLite without indexes
//! for searching, and in MongoDB.

use std::sync::Arc;

use application::Collections;
use bson::{Bson, Document};
use mcommerce_bridge::store::{Store, StoreError};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use protocol::{Conflict, Expect, Filter, Outcome, Query};

use crate::generated::{Story, story};
use crate::support::*;

/// Indexes of every kind over the fields of the stories.
const INDEXED: &str = r#"
[things]
owner = "test"
indexes = [
    { name = "u", keys = ["u"], unique = true },
    { name = "a", keys = ["a"] },
    { name = "a_b", keys = ["a", "b"] },
    { name = "ab", keys = ["a.b"] },
    { name = "ab_ac", keys = ["a.b", "a.c"] },
    { name = "b_a", keys = ["b", "a"] },
    { name = "c", keys = ["c"] },
]
"#;

/// Only the indexes that restrict documents: the unique one, and those over two fields, which refuse two arrays.
const BARE: &str = r#"
[things]
owner = "test"
indexes = [
    { name = "u", keys = ["u"], unique = true },
    { name = "z_a_b", keys = ["z", "a", "b"] },
    { name = "z_ab_ac", keys = ["z", "a.b", "a.c"] },
]
"#;

/// How many stories are tested, unless `PROPTEST_CASES` is set.
const CASES: u32 = 48;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_stories_end_the_same_with_and_without_indexes() {
    let (indexed, bare) = (Tested::sqlite().await, Tested::sqlite().await);
    agree(vec![(indexed, INDEXED), (bare, BARE)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_stories_end_the_same_in_both_stores() {
    let Some(mongo) = Tested::mongo().await else { return };
    let sqlite = Tested::sqlite().await;
    agree(vec![(mongo, INDEXED), (sqlite, INDEXED)]).await;
}

async fn agree(tested: Vec<(Tested, &str)>) {
    for (tested, collections) in &tested {
        tested.store.prepare(&toml::from_str::<Collections>(collections).unwrap()).await.unwrap();
    }
    let stores: Vec<Arc<dyn Store>> = tested.iter().map(|(tested, _)| Arc::clone(&tested.store)).collect();
    let runtime = tokio::runtime::Handle::current();
    let ended = tokio::task::spawn_blocking(move || {
        let cases =
            std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        // The stories are the same each time, so that the test is reproducible.
        let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        TestRunner::new_with_rng(config, random)
            .run(&story(), |story| runtime.block_on(compare(&stores, &story)))
    })
    .await;
    for (tested, _) in &tested {
        tested.remove().await;
    }
    ended.unwrap().unwrap();
}

async fn compare(stores: &[Arc<dyn Store>], story: &Story) -> Result<(), TestCaseError> {
    let mut endings = Vec::new();
    for store in stores {
        endings.push(hear(store, story).await);
    }
    for other in &endings[1..] {
        for (part, (one, other)) in endings[0].iter().zip(other).enumerate() {
            let same = match (one, other) {
                (Answer::Error(StoreError::Conflict(one)), Answer::Error(StoreError::Conflict(other))) => {
                    one == other
                }
                // An update fails at the first document that can't be changed, in an order that may differ.
                (Answer::Error(one), Answer::Error(other)) => {
                    refused_by_a_document(one) && refused_by_a_document(other)
                }
                (Answer::Made(one), Answer::Made(other)) => one == other,
                (Answer::Found(one), Answer::Found(other)) => one == other,
                _ => false,
            };
            if !same {
                return Err(TestCaseError::fail(format!("part {part}:\n{one:#?}\nis not\n{other:#?}")));
            }
        }
    }
    Ok(())
}

fn refused_by_a_document(error: &StoreError) -> bool {
    matches!(error, StoreError::Unfit(_) | StoreError::Conflict(Conflict::Duplicate { .. }))
}

#[derive(Debug)]
enum Answer {
    Made(Vec<Outcome>),
    Found(Bson),
    Error(StoreError),
}

async fn hear(store: &Arc<dyn Store>, told: &Story) -> Vec<Answer> {
    store.transact(&[delete("things", Filter::All, Expect::Any)]).await.unwrap();
    let mut answers = Vec::new();
    for document in &told.documents {
        answers.push(made(store.transact(&[insert("things", document.clone())]).await));
    }
    let all = Query { limit: 200, ..Query::new(name("things")) };
    for operations in &told.transactions {
        answers.push(made(store.transact(operations).await));
        answers.push(found(store, &all).await);
    }
    for query in &told.queries {
        let page = found(store, query).await;
        let next = store.query(query).await.ok().and_then(|result| result.next);
        answers.push(page);
        if let Some(next) = next {
            answers.push(found(store, &Query { after: Some(next), ..query.clone() }).await);
        }
    }
    answers
}

fn made(result: Result<Vec<Outcome>, StoreError>) -> Answer {
    result.map_or_else(Answer::Error, Answer::Made)
}

async fn found(store: &Arc<dyn Store>, query: &Query) -> Answer {
    match store.query(query).await {
        Ok(result) => Answer::Found(by_value(bson::bson!({
            "documents": decoded(&result.documents),
            "total": result.total.map(u64::cast_signed),
            "next": result.next.map(|next| next.as_str().to_owned()),
            "facets": result.facets.into_iter().map(|facet| {
                facet.into_iter().map(|count| bson::bson!([count.value, count.count.cast_signed()])).collect::<Vec<_>>()
            }).collect::<Vec<_>>(),
        }))),
        Err(error) => Answer::Error(error),
    }
}

/// Maps equal numbers of different types to the same value.
fn by_value(value: Bson) -> Bson {
    match value {
        Bson::Int32(number) => Bson::String(format!("number {number}")),
        Bson::Int64(number) => Bson::String(format!("number {number}")),
        Bson::Double(number) => Bson::String(format!("number {}", number + 0.0)),
        Bson::Array(values) => Bson::Array(values.into_iter().map(by_value).collect()),
        Bson::Document(fields) => {
            let fields: Document = fields.into_iter().map(|(name, value)| (name, by_value(value))).collect();
            Bson::Document(fields)
        }
        other => other,
    }
}
