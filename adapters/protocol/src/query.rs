use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bson::{Bson, Document, doc};
use serde::{Deserialize, Serialize};

use crate::{CollectionName, Filter, Path, Scalar};

/// Up to 8 queries that are answered in one round trip, each from the state at its own time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryRequest {
    /// The queries; the answer has a result for each, in this order.
    pub queries: Vec<Query>,
}

/// A query for documents of one collection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Query {
    /// The collection.
    pub collection: CollectionName,
    /// Matches the documents; all of them by default.
    #[serde(default = "all")]
    pub filter: Filter,
    /// At most 4 keys. `_id` is always the last key, so the order is total.
    #[serde(default)]
    pub sort: Vec<SortKey>,
    /// Only these fields and `_id`; all fields when empty. At most 32.
    #[serde(default)]
    pub fields: Vec<Path>,
    /// How many documents to skip, at most 10,000. Prefer `after` for collections that grow.
    #[serde(default)]
    pub skip: u32,
    /// The most documents to return: 1 to 200, or 0 for the total and facets only.
    #[serde(default = "default_limit")]
    pub limit: u32,
    /// Continue after this place: `next` of an earlier answer to the same query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Cursor>,
    /// Whether to count all matching documents.
    #[serde(default)]
    pub total: bool,
    /// Counts by value, at most 8.
    #[serde(default)]
    pub facets: Vec<Facet>,
}

/// One key of a sort order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SortKey {
    /// The field.
    pub path: Path,
    /// Ascending or descending.
    pub direction: Direction,
}

/// The direction of a sort key. Null and missing sort before numbers, numbers before texts, texts before booleans, booleans
/// before times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// Counts how many documents have each value of a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facet {
    /// The field; each element of an array counts.
    pub path: Path,
    /// Matches the documents to count: usually the query's filter without the choice of this facet.
    pub filter: Filter,
    /// The most values to return, most frequent first: 1 to 200.
    pub limit: u32,
}

/// How many documents have this value. A caller that knows the field's type can decode values as that type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FacetCount<V = Bson> {
    /// The value.
    pub value: V,
    /// The number of documents.
    pub count: u64,
}

/// A place in a sort order: the values of one document's sort keys, opaque to clients (base64url of BSON).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

const fn default_limit() -> u32 {
    50
}

const fn all() -> Filter {
    Filter::All
}

impl Query {
    /// A query for all documents of a collection, at most 50.
    #[must_use]
    pub fn new(collection: CollectionName) -> Self {
        Self {
            collection,
            filter: Filter::All,
            sort: Vec::new(),
            fields: Vec::new(),
            skip: 0,
            limit: default_limit(),
            after: None,
            total: false,
            facets: Vec::new(),
        }
    }

    /// The sort keys, with `_id` as the last one, which makes the order total. Its direction is that of the key before it, so
    /// that one index serves the order in both directions.
    #[must_use]
    pub fn total_order(&self) -> Vec<SortKey> {
        let mut keys = self.sort.clone();
        if !keys.iter().any(|key| key.path == Path::id()) {
            let direction = keys.last().map_or(Direction::Ascending, |key| key.direction);
            keys.push(SortKey { path: Path::id(), direction });
        }
        keys
    }

    /// The filter combined with `after`; `None` if the cursor does not belong to this query.
    #[must_use]
    pub fn filter_after(&self) -> Option<Filter> {
        let Some(cursor) = &self.after else { return Some(self.filter.clone()) };
        let keys = self.total_order();
        let values = cursor.values()?;
        if values.len() != keys.len() {
            return None;
        }
        let mut alternatives = Vec::with_capacity(keys.len());
        for (last, (key, value)) in keys.iter().zip(&values).enumerate() {
            let mut all: Vec<Filter> = keys
                .iter()
                .zip(&values)
                .take(last)
                .map(|(key, value)| Filter::Eq(key.path.clone(), value.clone()))
                .collect();
            all.push(match key.direction {
                Direction::Ascending => Filter::Gt(key.path.clone(), value.clone()),
                Direction::Descending => Filter::Lt(key.path.clone(), value.clone()),
            });
            alternatives.push(Filter::And(all));
        }
        Some(self.filter.clone().and(Filter::Or(alternatives)))
    }
}

impl Cursor {
    /// The place of a document with these sort keys.
    #[must_use]
    pub fn at(values: Vec<Scalar>) -> Self {
        let values: Vec<Bson> = values.into_iter().map(Bson::from).collect();
        let bytes = bson::serialize_to_vec(&doc! { "v": values }).unwrap_or_default();
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// A cursor from a client; it is checked when it is used.
    #[must_use]
    pub fn from_client(text: String) -> Self {
        Self(text)
    }

    /// The text for a client.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn values(&self) -> Option<Vec<Scalar>> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).ok()?;
        let document: Document = bson::deserialize_from_slice(&bytes).ok()?;
        document
            .get_array("v")
            .ok()?
            .iter()
            .map(|value| match value {
                Bson::Boolean(value) => Some(Scalar::Bool(*value)),
                Bson::Int32(value) => Some(Scalar::Int((*value).into())),
                Bson::Int64(value) => Some(Scalar::Int(*value)),
                Bson::Double(value) if !value.is_nan() => Some(Scalar::Double(*value)),
                Bson::DateTime(value) => Some(Scalar::Time(*value)),
                Bson::String(value) => Some(Scalar::Text(value.clone())),
                _ => None,
            })
            .collect()
    }
}
