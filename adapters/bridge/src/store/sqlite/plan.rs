//! Where to look for the documents of a query, so that not all of a collection need be read.
//!
//! A plan only narrows: whatever it finds is held against the filter once more.

use protocol::{Direction, Filter, Path, SortKey};

use super::bounds::{self, Bounds, Combine};
use super::index::Stored;
use super::key;

/// The most ranges that one plan looks in.
const MAX_RANGES: usize = 1024;

/// Where to look.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    /// In the collection, in the order of its ids.
    Collection(Direction),
    /// For these ids.
    Ids(Vec<String>),
    /// In an index.
    Index(IndexPlan),
}

/// Where to look in an index.
#[derive(Clone, Debug)]
pub(super) struct IndexPlan {
    pub(super) number: i64,
    /// Ranges of keys, lower bound included, upper bound excluded, apart from each other.
    pub(super) ranges: Vec<(Vec<u8>, Vec<u8>)>,
    /// Whether a document may be found more than once.
    pub(super) many: bool,
    /// How the keys, and within a key the ids, are to be ordered; nothing when the order does not matter.
    pub(super) order: Option<(Direction, Direction)>,
}

/// A plan, and whether it finds documents in the order that was asked for.
pub(super) struct Chosen {
    pub(super) plan: Plan,
    pub(super) ordered: bool,
}

/// How good an index is for a query; the greater the better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    /// It only has the order.
    Ordered,
    /// It leaves a range.
    Range,
    /// It leaves several values.
    Points,
    /// It leaves one value of the first so many fields, and has the order when `true`.
    Point(bool, usize),
    /// It leaves one document at the most.
    Unique,
}

/// The best plan for a filter, given an order of which the last key is `_id`; without an order, for the filter alone.
pub(super) fn choose(filter: &Filter, order: Option<&[SortKey]>, indexes: &[Stored]) -> Chosen {
    if let Some(ids) = crate::store::fit::pinned_ids(filter) {
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

fn consider(filter: &Filter, order: Option<&[SortKey]>, index: &Stored) -> Option<(Worth, IndexPlan)> {
    let combine = if index.many { Combine::BestOne } else { Combine::All };
    let of = |path: &Path| bounds::of(filter, path.as_str(), combine);
    let first = of(index.keys.first()?);
    // A unique index leaves out documents without its first field.
    if index.unique && first.as_ref().is_none_or(|bounds| bounds.iter().any(Bounds::holds_null)) {
        return None;
    }
    let mut ranges = vec![(Vec::new(), vec![key::AFTER])];
    let mut points = 0;
    let mut last_bounds = None;
    for (n, path) in index.keys.iter().enumerate() {
        // A document's keys combine fields of one element, where the filter may mean two.
        let bounds = if n == 0 { first.clone() } else { of(path).filter(|_| !index.many) };
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

/// The order of an index's entries, if it is the one that is asked for once the first fields have one value.
fn order_of(index: &Stored, points: usize, order: &[SortKey]) -> Option<(Direction, Direction)> {
    let (last, keys) = order.split_last().filter(|(last, _)| last.path == Path::id())?;
    let rest = index.keys.get(points..)?;
    let same = rest.len() == keys.len() && rest.iter().zip(keys).all(|(path, key)| *path == key.path);
    let direction = keys.first().map_or(last.direction, |key| key.direction);
    (same && keys.iter().all(|key| key.direction == direction)).then_some((direction, last.direction))
}
