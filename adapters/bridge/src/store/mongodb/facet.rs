//! Counts documents by the value of a field.

use std::time::Duration;

use bson::{Bson, Document, doc};
use futures::TryStreamExt;
use mongodb::Collection;
use protocol::{Facet, FacetCount};

use super::error::unreadable;
use super::{error, filter};
use crate::store::error::StoreError;

/// Counts the values of a facet, sorted by frequency and then by value. A document counts once per value.
pub(super) async fn count(
    collection: &Collection<Document>,
    facet: &Facet,
    max_time: Duration,
) -> Result<Vec<FacetCount>, StoreError> {
    let counts = collection.aggregate(pipeline(facet)).max_time(max_time).await;
    let counts = counts.map_err(|error| error::to_store_error(&error))?;
    counts
        .map_err(|error| error::to_store_error(&error))
        .and_then(|count| async move { to_count(&count) })
        .try_collect()
        .await
}

fn pipeline(facet: &Facet) -> Vec<Document> {
    // Equal values are counted first, so that the later stages handle each only once.
    let mut stages = vec![
        doc! { "$match": filter::to_document(&facet.filter) },
        doc! { "$group": { "_id": format!("${}", facet.path), "count": { "$sum": 1_i64 } } },
        doc! { "$project": { "_id": 0, "value": "$_id", "count": 1 } },
    ];
    // Each segment of the path may add a level of arrays. All levels but one are flattened; the last is made a set, so
    // that a document counts once per value, and unwound. Values that aren't arrays pass through.
    for _ in 1..facet.path.segments().count() {
        stages.push(doc! { "$project": { "count": 1, "value": if_array(doc! { "$reduce": {
            "input": "$value",
            "initialValue": [],
            "in": { "$concatArrays": [
                "$$value",
                { "$cond": [{ "$isArray": ["$$this"] }, "$$this", ["$$this"]] },
            ] },
        } }) } });
    }
    stages.extend([
        doc! { "$project": { "count": 1, "value": if_array(doc! { "$setUnion": ["$value"] }) } },
        doc! { "$unwind": "$value" },
        doc! { "$match": { "$expr": { "$not": [{ "$in": [{ "$type": "$value" }, ["null", "object", "array"]] }] } } },
        doc! { "$group": { "_id": "$value", "count": { "$sum": "$count" } } },
        doc! { "$sort": { "count": -1, "_id": 1 } },
        doc! { "$limit": i64::from(facet.limit) },
    ]);
    stages
}

fn if_array(then: Document) -> Document {
    doc! { "$cond": [{ "$isArray": ["$value"] }, then, "$value"] }
}

fn to_count(count: &Document) -> Result<FacetCount, StoreError> {
    let value = count.get("_id").cloned().unwrap_or(Bson::Null);
    let count = count.get_i64("count").map_err(unreadable)?;
    Ok(FacetCount { value, count: count.cast_unsigned() })
}
