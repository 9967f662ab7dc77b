//! The two stores, with a file or a database for each test, and short names for the parts of requests.

use std::io::Write as _;
use std::sync::{Arc, Once};

use application::Collections;
use bson::{Bson, Document, RawDocumentBuf, doc};
use mcommerce_bridge::config::{MongoSettings, SqliteSettings};
use mcommerce_bridge::store::{MongoStore, SqliteStore, Store, StoreError};
use protocol::{
    Change, CollectionName, Conflict, Direction, Expect, Filter, Operation, Outcome, Path, Query,
    QueryResult, Scalar, SortKey, Update,
};
use tempfile::TempDir;

/// The collections of the tests. `goods` has every kind of index, `plain` has none.
const COLLECTIONS: &str = r#"
[goods]
owner = "test"
indexes = [
    { name = "sku", keys = ["variants.sku"], unique = true },
    { name = "slug", keys = ["slug"], unique = true },
    { name = "category", keys = ["category.slug", "created"] },
    { name = "created", keys = ["created"] },
    { name = "rank", keys = ["rank"] },
    { name = "tags", keys = ["tags"] },
]

[plain]
owner = "test"

[passing]
owner = "test"
indexes = [{ name = "expiry", keys = ["expires"], expire = true }]
"#;

static SAID_NOT_RUN: Once = Once::new();

/// A store under test.
pub(crate) struct Tested {
    pub(crate) store: Arc<dyn Store>,
    /// The same file or database, as opened by another bridge.
    other: Arc<dyn Store>,
    kind: Kind,
}

enum Kind {
    Sqlite { store: Arc<SqliteStore>, _dir: TempDir },
    Mongo { database: mongodb::Database },
}

/// Runs tests on both stores.
macro_rules! on_both_stores {
    ($($claim:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $claim() {
                    let tested = crate::support::Tested::sqlite().await;
                    super::$claim(&tested).await;
                }
            )+
        }
        mod mongodb {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $claim() {
                    let Some(tested) = crate::support::Tested::mongo().await else { return };
                    let tested = std::sync::Arc::new(tested);
                    let shown = std::sync::Arc::clone(&tested);
                    let result = tokio::spawn(async move { super::$claim(&shown).await }).await;
                    tested.remove().await;
                    if let Err(error) = result {
                        std::panic::resume_unwind(error.into_panic());
                    }
                }
            )+
        }
    };
}
pub(crate) use on_both_stores;

impl Tested {
    pub(crate) async fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let store = Arc::new(SqliteStore::new(&path, SqliteSettings::default()));
        let other = Arc::new(SqliteStore::new(&path, SqliteSettings::default()));
        Self { store: store.clone(), other, kind: Kind::Sqlite { store, _dir: dir } }.prepared().await
    }

    /// A database for one test, if there is a MongoDB.
    pub(crate) async fn mongo() -> Option<Self> {
        let Ok(uri) = std::env::var("MONGODB_URI") else {
            let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!ci, "MONGODB_URI is not set: in CI the MongoDB half of the contract must run");
            // Written to the descriptor, because the test harness captures what a passing test prints.
            SAID_NOT_RUN.call_once(|| {
                let _ = writeln!(
                    std::io::stderr(),
                    "\n*** MONGODB_URI is not set: the MongoDB half of the store contract did NOT run ***\n"
                );
            });
            return None;
        };
        let name = format!("contract_{}", uuid::Uuid::now_v7().simple());
        let database = mongodb::Client::with_uri_str(&uri).await.unwrap().database(&name);
        let store =
            || Arc::new(MongoStore::new(&with_database(&uri, &name), MongoSettings::default()).unwrap());
        Some(Self { store: store(), other: store(), kind: Kind::Mongo { database } }.prepared().await)
    }

    async fn prepared(self) -> Self {
        self.store.prepare(&Self::collections()).await.unwrap();
        self
    }

    /// The collections that the store is prepared for.
    pub(crate) fn collections() -> Collections {
        toml::from_str(COLLECTIONS).unwrap()
    }

    pub(crate) async fn remove(&self) {
        if let Kind::Mongo { database } = &self.kind {
            database.drop().await.unwrap();
        }
    }

    /// Makes the store remove expired documents. MongoDB does so by itself, within a second.
    pub(crate) async fn hurry_expiry(&self) {
        match &self.kind {
            Kind::Sqlite { store, .. } => drop(store.sweep_expired(bson::DateTime::now()).await.unwrap()),
            Kind::Mongo { database } => {
                let hurry = doc! { "setParameter": 1, "ttlMonitorSleepSecs": 1 };
                database.client().database("admin").run_command(hurry).await.unwrap();
            }
        }
    }

    /// The store as opened by two bridges, alternately.
    pub(crate) fn of_bridge(&self, n: usize) -> Arc<dyn Store> {
        Arc::clone(if n.is_multiple_of(2) { &self.store } else { &self.other })
    }

    pub(crate) async fn transact(&self, operations: &[Operation]) -> Result<Vec<Outcome>, StoreError> {
        self.store.transact(operations).await
    }

    pub(crate) async fn query(&self, query: &Query) -> QueryResult<RawDocumentBuf> {
        self.store.query(query).await.unwrap()
    }

    /// The documents that match a filter, in the order of their ids.
    pub(crate) async fn find(&self, collection: &str, filter: Filter) -> Vec<Document> {
        let query = Query { filter, limit: 200, ..Query::new(name(collection)) };
        decoded(&self.query(&query).await.documents)
    }

    /// The ids of the documents that match a filter, in order.
    pub(crate) async fn ids(&self, collection: &str, filter: Filter) -> Vec<String> {
        ids(&self.find(collection, filter).await)
    }

    /// Finds a document by id.
    pub(crate) async fn get(&self, collection: &str, id: &str) -> Option<Document> {
        self.find(collection, Filter::id(id)).await.pop()
    }

    pub(crate) async fn insert(&self, collection: &str, documents: Vec<Document>) {
        let operations: Vec<Operation> =
            documents.into_iter().map(|document| insert(collection, document)).collect();
        self.transact(&operations).await.unwrap();
    }
}

/// Replaces the database in a URL.
fn with_database(uri: &str, name: &str) -> String {
    let (address, options) = uri.split_once('?').map_or((uri, String::new()), |(a, o)| (a, format!("?{o}")));
    let (scheme, hosts) = address.split_once("://").unwrap();
    let hosts = hosts.split('/').next().unwrap();
    format!("{scheme}://{hosts}/{name}{options}")
}

pub(crate) fn name(text: &str) -> CollectionName {
    CollectionName::parse(text).unwrap()
}

pub(crate) fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

pub(crate) fn eq(field: &str, value: impl Into<Scalar>) -> Filter {
    Filter::Eq(path(field), value.into())
}

pub(crate) fn set(field: &str, value: impl Into<Bson>) -> Change {
    Change::Set(path(field), value.into())
}

pub(crate) fn inc(field: &str, by: i64) -> Change {
    Change::Inc(path(field), by)
}

pub(crate) fn ascending(field: &str) -> SortKey {
    SortKey { path: path(field), direction: Direction::Ascending }
}

pub(crate) fn descending(field: &str) -> SortKey {
    SortKey { path: path(field), direction: Direction::Descending }
}

pub(crate) fn insert(collection: &str, document: Document) -> Operation {
    Operation::Insert { collection: name(collection), document }
}

pub(crate) fn upsert(collection: &str, document: Document) -> Operation {
    Operation::Upsert { collection: name(collection), document }
}

pub(crate) fn update(collection: &str, filter: Filter, changes: Vec<Change>, expect: Expect) -> Operation {
    Operation::Update { collection: name(collection), filter, update: Update(changes), expect }
}

pub(crate) fn delete(collection: &str, filter: Filter, expect: Expect) -> Operation {
    Operation::Delete { collection: name(collection), filter, expect }
}

pub(crate) fn check(collection: &str, filter: Filter, expect: Expect) -> Operation {
    Operation::Check { collection: name(collection), filter, expect }
}

pub(crate) fn decoded(documents: &[RawDocumentBuf]) -> Vec<Document> {
    documents.iter().map(|document| Document::try_from(document).unwrap()).collect()
}

pub(crate) fn ids(documents: &[Document]) -> Vec<String> {
    documents.iter().map(|document| document.get_str("_id").unwrap().to_owned()).collect()
}

#[track_caller]
pub(crate) fn assert_unmet(result: Result<Vec<Outcome>, StoreError>, operation: u32, matched: u64) {
    match result {
        Err(StoreError::Conflict(conflict)) => assert_eq!(conflict, Conflict::Unmet { operation, matched }),
        other => panic!("not an unmet expectation: {other:?}"),
    }
}

#[track_caller]
pub(crate) fn assert_duplicate(result: Result<Vec<Outcome>, StoreError>, operation: u32, index: &str) {
    match result {
        Err(StoreError::Conflict(conflict)) => {
            assert_eq!(conflict, Conflict::Duplicate { operation, index: index.into() });
        }
        other => panic!("not a taken key: {other:?}"),
    }
}

/// Asserts that the request is unfit, and that the reason names the operation.
#[track_caller]
pub(crate) fn assert_unfit(result: Result<Vec<Outcome>, StoreError>, operation: u32) {
    match result {
        Err(StoreError::Unfit(why)) => {
            assert!(why.to_string().contains(&format!("operation {operation}:")), "{why}");
        }
        other => panic!("not unfit: {other:?}"),
    }
}
