//! Counts documents by the value of a field.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use bson::{Bson, RawBsonRef, RawDocument};
use protocol::{Facet, FacetCount};
use rusqlite::Connection;

use super::error::unreadable;
use super::index::StoredIndex;
use super::{key, plan, scan};
use crate::store::error::StoreError;

/// Counts the values of a facet, sorted by frequency and then by value. A document counts once per value.
pub(super) fn count(
    connection: &Connection,
    collection: &str,
    facet: &Facet,
    indexes: &[StoredIndex],
) -> Result<Vec<FacetCount>, StoreError> {
    let chosen = plan::choose(&facet.filter, None, indexes);
    let mut counts: HashMap<Vec<u8>, FacetCount> = HashMap::new();
    scan::each(connection, collection, &chosen.plan, &facet.filter, &mut |_, document| {
        let mut values = BTreeMap::new();
        let levels = facet.path.segments().count();
        collect(document, facet.path.as_str(), levels, &mut values);
        for (key, value) in values {
            if let Some(counted) = counts.get_mut(&key) {
                counted.count += 1;
            } else {
                let value = Bson::try_from(value).map_err(unreadable)?;
                counts.insert(key, FacetCount { value, count: 1 });
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let mut counts: Vec<(Vec<u8>, FacetCount)> = counts.into_iter().collect();
    counts.sort_unstable_by(|(key, a), (other, b)| b.count.cmp(&a.count).then_with(|| key.cmp(other)));
    counts.truncate(facet.limit as usize);
    Ok(counts.into_iter().map(|(_, count)| count).collect())
}

/// Collects the scalars that a path stands for, through as many levels of arrays as the path has segments.
fn collect<'a>(
    document: &'a RawDocument,
    path: &str,
    levels: usize,
    values: &mut BTreeMap<Vec<u8>, RawBsonRef<'a>>,
) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    match (document.get(name).ok().flatten(), rest) {
        (Some(value), None) => collect_value(value, levels, values),
        (Some(RawBsonRef::Document(inner)), Some(rest)) => collect(inner, rest, levels, values),
        (Some(RawBsonRef::Array(array)), Some(rest)) => {
            for inner in array.into_iter().map_while(Result::ok).filter_map(RawBsonRef::as_document) {
                collect(inner, rest, levels - 1, values);
            }
        }
        _ => {}
    }
}

fn collect_value<'a>(value: RawBsonRef<'a>, levels: usize, values: &mut BTreeMap<Vec<u8>, RawBsonRef<'a>>) {
    match value {
        RawBsonRef::Null | RawBsonRef::Document(_) => {}
        RawBsonRef::Array(array) => {
            if levels > 0 {
                for element in array.into_iter().map_while(Result::ok) {
                    collect_value(element, levels - 1, values);
                }
            }
        }
        scalar => {
            values.entry(key::encode(Some(scalar))).or_insert(scalar);
        }
    }
}
