//! Random documents and requests, made of few names and values so that they often match.

use bson::{Bson, DateTime, Document};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use protocol::{
    Change, Check as _, Direction, Expect, Facet, Filter, Operation, Path, Query, Scalar, SortKey, Update,
};

use crate::support::*;

/// What is done to a store, in order.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) documents: Vec<Document>,
    pub(crate) transactions: Vec<Vec<Operation>>,
    pub(crate) queries: Vec<Query>,
}

pub(crate) fn story() -> impl Strategy<Value = Story> {
    (vec(document(), 1..12), vec(vec(operation(), 1..4), 0..5), vec(query(), 1..10)).prop_map(
        |(mut documents, transactions, queries)| {
            for (n, document) in documents.iter_mut().enumerate() {
                document.insert("_id", n.to_string());
            }
            Story { documents, transactions, queries }
        },
    )
}

fn any_path() -> impl Strategy<Value = Path> {
    let name = || prop_oneof![3 => Just("a"), 2 => Just("b"), 1 => Just("c")];
    vec(name(), 1..4).prop_map(|names| path(&names.join(".")))
}

fn text() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["", "a", "ab", "b", "$a", "a.", "é", "a\0"]).prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = f64> {
    proptest::sample::select(vec![-1.0, -0.0, 0.5, 1.0, 2.0, 2.5, 1e300, f64::INFINITY])
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        Just(Scalar::Null),
        any::<bool>().prop_map(Scalar::Bool),
        (-1_i64..4).prop_map(Scalar::Int),
        Just(Scalar::Int(i64::MAX)),
        number().prop_map(Scalar::Double),
        (0_i64..3).prop_map(|millis| Scalar::Time(DateTime::from_millis(millis))),
        text().prop_map(Scalar::Text),
    ]
}

fn value() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        8 => scalar().prop_map(Bson::from),
        2 => (-1_i32..4).prop_map(Bson::Int32),
        1 => Just(Bson::Double(f64::NAN)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![vec(inner.clone(), 0..4).prop_map(Bson::Array), fields(inner).prop_map(Bson::Document),]
    })
}

fn fields(value: impl Strategy<Value = Bson> + Clone) -> impl Strategy<Value = Document> {
    let field =
        |name: &'static str| option::weighted(0.6, value.clone()).prop_map(move |value| (name, value));
    (field("a"), field("b"), field("c")).prop_map(|(a, b, c)| {
        [a, b, c].into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    })
}

/// A document without `_id`. A few have the field of a unique index.
fn document() -> impl Strategy<Value = Document> {
    (fields(value().boxed()), option::weighted(0.3, 0_i32..6)).prop_map(|(mut document, unique)| {
        if let Some(unique) = unique {
            document.insert("u", unique);
        }
        document
    })
}

fn identified() -> impl Strategy<Value = Document> {
    (0..14_usize, document()).prop_map(|(id, mut document)| {
        document.insert("_id", id.to_string());
        document
    })
}

fn filter() -> impl Strategy<Value = Filter> {
    let ids = || (0..14_usize).prop_map(|id| Scalar::Text(id.to_string()));
    let leaf = prop_oneof![
        1 => Just(Filter::All),
        4 => (any_path(), scalar()).prop_map(|(path, value)| Filter::Eq(path, value)),
        1 => (any_path(), scalar()).prop_map(|(path, value)| Filter::Ne(path, value)),
        1 => (any_path(), scalar()).prop_map(|(path, value)| Filter::Lt(path, value)),
        1 => (any_path(), scalar()).prop_map(|(path, value)| Filter::Lte(path, value)),
        1 => (any_path(), scalar()).prop_map(|(path, value)| Filter::Gt(path, value)),
        1 => (any_path(), scalar()).prop_map(|(path, value)| Filter::Gte(path, value)),
        2 => (any_path(), vec(scalar(), 0..4)).prop_map(|(path, values)| Filter::In(path, values)),
        1 => (any_path(), vec(scalar(), 0..4)).prop_map(|(path, values)| Filter::NotIn(path, values)),
        1 => (any_path(), text()).prop_map(|(path, text)| Filter::Prefix(path, text)),
        1 => (any_path(), any::<bool>()).prop_map(|(path, there)| Filter::Exists(path, there)),
        1 => ids().prop_map(|id| Filter::Eq(Path::id(), id)),
        1 => vec(ids(), 0..4).prop_map(|ids| Filter::In(Path::id(), ids)),
        1 => ids().prop_map(|id| Filter::Gt(Path::id(), id)),
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 0..4).prop_map(Filter::And),
            2 => vec(inner.clone(), 0..4).prop_map(Filter::Or),
            1 => inner.clone().prop_map(|inner| Filter::Not(Box::new(inner))),
            2 => (any_path(), inner).prop_map(|(path, inner)| Filter::Element(path, Box::new(inner))),
        ]
    })
    .prop_filter("only what passes the bridge's checks", |filter| filter.check().is_ok())
    .prop_filter("not what MongoDB 6.0 gets wrong", |filter| !negates_null(filter, false))
}

/// Whether a filter excludes null and another value of a field: when MongoDB 6.0 counts by an index on the field, it
/// misses documents where the field is an empty array.
fn negates_null(filter: &Filter, negated: bool) -> bool {
    match filter {
        Filter::Eq(_, Scalar::Null) => negated,
        Filter::In(_, values) => negated && values.contains(&Scalar::Null),
        Filter::Not(inner) => negates_null(inner, true),
        Filter::Element(_, inner) => negates_null(inner, negated),
        Filter::And(all) | Filter::Or(all) => all.iter().any(|inner| negates_null(inner, negated)),
        _ => false,
    }
}

fn change() -> impl Strategy<Value = Change> {
    let element = || (any_path(), any_path(), scalar(), any_path());
    prop_oneof![
        2 => (any_path(), value()).prop_map(|(path, value)| Change::Set(path, value)),
        1 => any_path().prop_map(Change::Unset),
        2 => (any_path(), -2_i64..3).prop_map(|(path, by)| Change::Inc(path, by)),
        1 => (any_path(), value()).prop_map(|(path, value)| Change::Push(path, value)),
        1 => (any_path(), scalar()).prop_map(|(path, value)| Change::Pull(path, value)),
        1 => (element(), -2_i64..3).prop_map(|((array, key, equals, field), by)| {
            Change::IncElement { array, key, equals, field, by }
        }),
        1 => (element(), value()).prop_map(|((array, key, equals, field), value)| {
            Change::SetElement { array, key, equals, field, value }
        }),
        1 => (0_i32..6).prop_map(|value| Change::Set(path("u"), value.into())),
    ]
}

fn expect() -> impl Strategy<Value = Expect> {
    prop_oneof![
        6 => Just(Expect::Any),
        1 => (0_u32..3).prop_map(Expect::Exactly),
        1 => (0_u32..3).prop_map(Expect::AtLeast),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    let changes = vec(change(), 1..4)
        .prop_map(Update)
        .prop_filter("only what passes the bridge's checks", |update| update.check().is_ok());
    prop_oneof![
        1 => identified().prop_map(|document| insert("things", document)),
        1 => identified().prop_map(|document| upsert("things", document)),
        6 => (filter(), changes, expect()).prop_map(|(filter, changes, expect)| {
            update("things", filter, changes.0, expect)
        }),
        1 => (filter(), expect()).prop_map(|(filter, expect)| delete("things", filter, expect)),
        1 => (filter(), expect()).prop_map(|(filter, expect)| check("things", filter, expect)),
    ]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Ascending), Just(Direction::Descending)]
}

fn query() -> impl Strategy<Value = Query> {
    let sort_path = prop_oneof![6 => any_path(), 1 => Just(Path::id())];
    let key = (sort_path, direction()).prop_map(|(path, direction)| SortKey { path, direction });
    let facet =
        (any_path(), filter(), 1_u32..5).prop_map(|(path, filter, limit)| Facet { path, filter, limit });
    let page = (0_u32..3, prop_oneof![Just(50_u32), 0_u32..6], any::<bool>());
    let parts = (filter(), vec(key, 0..3), vec(any_path(), 0..3), page, vec(facet, 0..2));
    parts
        .prop_map(|(filter, sort, fields, (skip, limit, total), facets)| Query {
            filter,
            sort,
            fields,
            skip,
            limit,
            total,
            facets,
            ..Query::new(name("things"))
        })
        .prop_filter("only what passes the bridge's checks", |query| query.check().is_ok())
}
