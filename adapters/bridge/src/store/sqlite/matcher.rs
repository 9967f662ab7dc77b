//! Matches documents against filters exactly as MongoDB does.

use std::cmp::Ordering;

use bson::{RawBsonRef, RawDocument};
use protocol::{Filter, Path, Scalar};

/// What a path to an array stands for: its elements and the array, or only the array.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaf {
    Elements,
    Whole,
}

pub(super) fn matches(filter: &Filter, document: &RawDocument) -> bool {
    match filter {
        Filter::All => true,
        Filter::Eq(path, value) => any(document, path, |found| equals(found, value)),
        Filter::Ne(path, value) => !any(document, path, |found| equals(found, value)),
        Filter::Lt(path, value) => {
            any(document, path, |found| order(found, value).is_some_and(Ordering::is_lt))
        }
        Filter::Lte(path, value) => {
            any(document, path, |found| order(found, value).is_some_and(Ordering::is_le))
        }
        Filter::Gt(path, value) => {
            any(document, path, |found| order(found, value).is_some_and(Ordering::is_gt))
        }
        Filter::Gte(path, value) => {
            any(document, path, |found| order(found, value).is_some_and(Ordering::is_ge))
        }
        Filter::In(path, values) => {
            any(document, path, |found| values.iter().any(|value| equals(found, value)))
        }
        Filter::NotIn(path, values) => {
            !any(document, path, |found| values.iter().any(|value| equals(found, value)))
        }
        Filter::Prefix(path, text) => any(
            document,
            path,
            |found| matches!(found, Some(RawBsonRef::String(found)) if found.starts_with(text.as_str())),
        ),
        Filter::Exists(path, there) => any(document, path, |found| found.is_some()) == *there,
        Filter::Element(path, inner) => {
            visit(document, path.as_str(), Leaf::Whole, &mut |found| has_element(found, inner))
        }
        Filter::And(all) => all.iter().all(|inner| matches(inner, document)),
        Filter::Or(any) => any.iter().any(|inner| matches(inner, document)),
        Filter::Not(inner) => !matches(inner, document),
    }
}

/// Whether a value equals a scalar. Numbers of different types are compared by value, and a missing value equals null.
pub(super) fn equals(value: Option<RawBsonRef<'_>>, scalar: &Scalar) -> bool {
    match value {
        None => matches!(scalar, Scalar::Null),
        some => order(some, scalar).is_some_and(Ordering::is_eq),
    }
}

/// Whether a field of an array's element equals a scalar. An element that is not a document has no fields.
pub(super) fn equals_within(element: RawBsonRef<'_>, path: &Path, scalar: &Scalar) -> bool {
    visit_within(element, path.as_str(), Leaf::Elements, &mut |found| equals(found, scalar))
}

fn any(document: &RawDocument, path: &Path, mut test: impl FnMut(Option<RawBsonRef<'_>>) -> bool) -> bool {
    visit(document, path.as_str(), Leaf::Elements, &mut test)
}

/// Tests the values that a path stands for until one passes, `None` where the path ends early. An array on the way
/// stands for its documents; its other elements, including arrays, are skipped.
fn visit(
    document: &RawDocument,
    path: &str,
    leaf: Leaf,
    test: &mut dyn FnMut(Option<RawBsonRef<'_>>) -> bool,
) -> bool {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(value) = document.get(name).ok().flatten() else { return test(None) };
    match (value, rest) {
        (RawBsonRef::Array(array), None) if leaf == Leaf::Elements => {
            array.into_iter().map_while(Result::ok).any(|element| test(Some(element))) || test(Some(value))
        }
        (value, None) => test(Some(value)),
        (value, Some(rest)) => visit_within(value, rest, leaf, test),
    }
}

fn visit_within(
    value: RawBsonRef<'_>,
    path: &str,
    leaf: Leaf,
    test: &mut dyn FnMut(Option<RawBsonRef<'_>>) -> bool,
) -> bool {
    match value {
        RawBsonRef::Document(inner) => visit(inner, path, leaf, test),
        RawBsonRef::Array(array) => array
            .into_iter()
            .map_while(Result::ok)
            .any(|element| element.as_document().is_some_and(|inner| visit(inner, path, leaf, test))),
        _ => test(None),
    }
}

fn has_element(found: Option<RawBsonRef<'_>>, inner: &Filter) -> bool {
    let Some(RawBsonRef::Array(array)) = found else { return false };
    array.into_iter().map_while(Result::ok).any(|element| match element {
        RawBsonRef::Document(document) => matches(inner, document),
        // An array within an array counts as a document without any field that a path can name.
        RawBsonRef::Array(_) => matches(inner, empty_document()),
        _ => false,
    })
}

/// Compares a value with a scalar. `None` if they are of different kinds, or one is NaN.
fn order(value: Option<RawBsonRef<'_>>, scalar: &Scalar) -> Option<Ordering> {
    match (value?, scalar) {
        (RawBsonRef::Null, Scalar::Null) => Some(Ordering::Equal),
        (RawBsonRef::Boolean(value), Scalar::Bool(scalar)) => Some(value.cmp(scalar)),
        (RawBsonRef::String(value), Scalar::Text(scalar)) => Some(value.cmp(scalar.as_str())),
        (RawBsonRef::DateTime(value), Scalar::Time(scalar)) => Some(value.cmp(scalar)),
        (RawBsonRef::Int32(value), Scalar::Int(scalar)) => Some(i64::from(value).cmp(scalar)),
        (RawBsonRef::Int64(value), Scalar::Int(scalar)) => Some(value.cmp(scalar)),
        (RawBsonRef::Double(value), Scalar::Double(scalar)) => value.partial_cmp(scalar),
        (RawBsonRef::Int32(value), Scalar::Double(scalar)) => f64::from(value).partial_cmp(scalar),
        (RawBsonRef::Int64(value), Scalar::Double(scalar)) => order_mixed(value, *scalar),
        (RawBsonRef::Double(value), Scalar::Int(scalar)) => {
            order_mixed(*scalar, value).map(Ordering::reverse)
        }
        _ => None,
    }
}

/// Compares without rounding, because a double can't represent every whole number above 2^53.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "rounding keeps the order, and numbers that round to the same double are then compared as whole numbers"
)]
fn order_mixed(whole: i64, double: f64) -> Option<Ordering> {
    let rounded = (whole as f64).partial_cmp(&double)?;
    Some(rounded.then_with(|| i128::from(whole).cmp(&(double as i128))))
}

/// A document without fields.
pub(super) fn empty_document() -> &'static RawDocument {
    RawDocument::from_bytes(&[5, 0, 0, 0, 0]).expect("five bytes make the document without fields")
}
