//! Derives bounds on the keys of a field from a filter. Every document that matches has a key within them.

use protocol::{Filter, Path, Scalar};

use super::key;

/// A range of keys of one field, without its upper bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) lower: Vec<u8>,
    pub(super) upper: Vec<u8>,
    /// Whether the range contains only the key `lower`.
    pub(super) point: bool,
}

impl Bounds {
    fn point(scalar: &Scalar) -> Self {
        let lower = key::encode_scalar(scalar);
        let mut upper = lower.clone();
        upper.push(key::AFTER);
        Self { lower, upper, point: true }
    }

    fn between((lower, upper): (Vec<u8>, Vec<u8>)) -> Self {
        Self { lower, upper, point: false }
    }

    /// Whether the range contains documents without the field.
    pub(super) fn holds_null(&self) -> bool {
        self.lower.as_slice() <= [key::NULL].as_slice() && [key::NULL].as_slice() < self.upper.as_slice()
    }

    fn and(&self, other: &Self) -> Option<Self> {
        let lower = self.lower.clone().max(other.lower.clone());
        let upper = self.upper.clone().min(other.upper.clone());
        if lower < upper { Some(Self { lower, upper, point: self.point || other.point }) } else { None }
    }
}

/// Whether several conditions on a field may be combined. They may not if a document can have several keys, because
/// each condition may then be met by another key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Combine {
    All,
    BestOne,
}

/// Derives the bounds of a field's keys, ascending and disjoint. `None` if the filter doesn't restrict the field.
pub(super) fn derive(filter: &Filter, path: &str, combine: Combine) -> Option<Vec<Bounds>> {
    let is = |other: &Path| other.as_str() == path;
    match filter {
        Filter::Eq(other, value) if is(other) => Some(vec![Bounds::point(value)]),
        Filter::In(other, values) if is(other) => Some(disjoint(values.iter().map(Bounds::point).collect())),
        Filter::Lt(other, value) | Filter::Lte(other, value) if is(other) => {
            let (lower, _) = key::kind_range(value);
            Some(vec![Bounds::between((lower, Bounds::point(value).upper))])
        }
        Filter::Gt(other, value) | Filter::Gte(other, value) if is(other) => {
            let (_, upper) = key::kind_range(value);
            Some(vec![Bounds::between((key::encode_scalar(value), upper))])
        }
        Filter::Prefix(other, text) if is(other) => Some(vec![Bounds::between(key::prefix_range(text))]),
        Filter::Element(array, inner) => {
            let within = path.strip_prefix(array.as_str())?.strip_prefix('.')?;
            derive(inner, within, combine)
        }
        Filter::And(all) => {
            let each = all.iter().filter_map(|inner| derive(inner, path, combine));
            match combine {
                Combine::All => each.reduce(|one, other| both(&one, &other)),
                Combine::BestOne => {
                    each.min_by_key(|bounds| (bounds.iter().any(|one| !one.point), bounds.len()))
                }
            }
        }
        Filter::Or(any) => {
            let each: Option<Vec<Vec<Bounds>>> =
                any.iter().map(|inner| derive(inner, path, combine)).collect();
            Some(disjoint(each?.concat()))
        }
        _ => None,
    }
}

fn both(one: &[Bounds], other: &[Bounds]) -> Vec<Bounds> {
    disjoint(one.iter().flat_map(|a| other.iter().filter_map(|b| a.and(b))).collect())
}

/// Sorts bounds and merges those that overlap.
fn disjoint(mut bounds: Vec<Bounds>) -> Vec<Bounds> {
    bounds.sort_by(|a, b| a.lower.cmp(&b.lower));
    let mut joined: Vec<Bounds> = Vec::with_capacity(bounds.len());
    for next in bounds {
        match joined.last_mut() {
            Some(last) if next.lower < last.upper => {
                last.point = last.point && next.point && last.lower == next.lower;
                last.upper = last.upper.clone().max(next.upper);
            }
            _ => joined.push(next),
        }
    }
    joined
}
