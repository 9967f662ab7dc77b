//! Plans where to look for the documents of a query, so that not all of a collection has to be read.
//!
//! A plan only narrows the search: whatever it finds is matched against the filter again.

use protocol::{Direction, Filter, Path, SortKey};

use super::bounds::{self, Bounds, Combine};
use super::index::StoredIndex;
use super::key;
use crate::store::fit::pinned_ids;

const MAX_RANGES: usize = 1024;

#[derive(Clone, Debug)]
pub(super) enum Plan {
    /// All documents of the collection, in the order of their ids.
    Collection(Direction),
    /// The documents with these ids.
    Ids(Vec<String>),
    Index(IndexPlan),
}

#[derive(Clone, Debug)]
pub(super) struct IndexPlan {
    pub(super) number: i64,
    /// Disjoint ranges of keys, without their upper bounds.
    pub(super) ranges: Vec<(Vec<u8>, Vec<u8>)>,
    pub(super) many: bool,
    /// The order of the keys, and of the ids within a key. `None` if the order doesn't matter.
    pub(super) order: Option<(Direction, Direction)>,
}

/// A plan, and whether it finds the documents in the requested order.
pub(super) struct Chosen {
    pub(super) plan: Plan,
    pub(super) ordered: bool,
}

/// How good an index is for a query. Greater is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    /// It only provides the order.
    Ordered,
    /// It narrows the search to a range.
    Range,
    /// It narrows the search to several values.
    Points,
    /// It narrows the search to one value of this many fields, and `true` if it provides the order too.
    Point(bool, usize),
    /// It narrows the search to at most one document.
    Unique,
}

/// Chooses the best plan for a filter and an optional order, whose last key is `_id`.
pub(super) fn choose(filter: &Filter, order: Option<&[SortKey]>, indexes: &[StoredIndex]) -> Chosen {
    if let Some(ids) = pinned_ids(filter) {
        return Chosen { plan: Plan::Ids(ids.into_iter().map(str::to_owned).collect()), ordered: false };
    }
    let best =
        indexes.iter().filter_map(|index| consider(filter, order, index)).max_by_key(|(worth, _)| *worth);
    match (best, order) {
        (Some((_, plan)), _) => Chosen { ordered: plan.order.is_some(), plan: Plan::Index(plan) },
        (None, Some([last])) => Chosen { plan: Plan::Collection(last.direction), ordered: true },
        (None, _) => Chosen { plan: Plan::Collection(Direction::Ascending), ordered: false },
    }
}

fn consider(filter: &Filter, order: Option<&[SortKey]>, index: &StoredIndex) -> Option<(Worth, IndexPlan)> {
    let combine = if index.many { Combine::BestOne } else { Combine::All };
    let derive = |path: &Path| bounds::derive(filter, path.as_str(), combine);
    let first = derive(index.keys.first()?);
    // A unique index lacks the documents without its first field.
    if index.unique && first.as_ref().is_none_or(|bounds| bounds.iter().any(Bounds::holds_null)) {
        return None;
    }
    let mut ranges = vec![(Vec::new(), vec![key::AFTER])];
    let mut points = 0;
    let mut last_bounds = None;
    for (n, path) in index.keys.iter().enumerate() {
        // A key combines fields of one array element, but the filter may match fields of two.
        let bounds = if n == 0 { first.clone() } else { derive(path).filter(|_| !index.many) };
        let Some(bounds) = bounds else { break };
        if ranges.len() * bounds.len() > MAX_RANGES {
            break;
        }
        ranges =
            ranges.iter().flat_map(|(prefix, _)| bounds.iter().map(|next| extend(prefix, next))).collect();
        if bounds.iter().any(|bounds| !bounds.point) {
            last_bounds = Some(path);
            break;
        }
        points += 1;
    }
    let order =
        order.filter(|_| !index.many && ranges.len() <= 1).and_then(|order| order_of(index, points, order));
    let single = ranges.len() <= 1;
    let worth = if index.unique && single && points == index.keys.len() {
        Worth::Unique
    } else if single && points > 0 {
        Worth::Point(order.is_some(), points)
    } else if points > 0 {
        Worth::Points
    } else if last_bounds.is_some() || ranges.is_empty() {
        Worth::Range
    } else if order.is_some() {
        Worth::Ordered
    } else {
        return None;
    };
    Some((worth, IndexPlan { number: index.number, ranges, many: index.many, order }))
}

fn extend(prefix: &[u8], bounds: &Bounds) -> (Vec<u8>, Vec<u8>) {
    ([prefix, &bounds.lower].concat(), [prefix, &bounds.upper].concat())
}

/// The order of an index's entries if, given one value of the first `points` fields, it is the requested one.
fn order_of(index: &StoredIndex, points: usize, order: &[SortKey]) -> Option<(Direction, Direction)> {
    let (last, keys) = order.split_last().filter(|(last, _)| last.path == Path::id())?;
    let rest = index.keys.get(points..)?;
    let same = rest.len() == keys.len() && rest.iter().zip(keys).all(|(path, key)| *path == key.path);
    let direction = keys.first().map_or(last.direction, |key| key.direction);
    (same && keys.iter().all(|key| key.direction == direction)).then_some((direction, last.direction))
}
