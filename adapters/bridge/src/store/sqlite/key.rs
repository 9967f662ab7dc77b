//! Encodes values as bytes that sort as MongoDB sorts the values. No encoding is a prefix of another, so the key of
//! several values is their concatenation.

use bson::{RawBsonRef, RawDocument};
use protocol::Scalar;

/// An empty array where its elements would be keys. It is less than null.
const EMPTY: u8 = 0x05;
/// Null, and missing values.
pub(super) const NULL: u8 = 0x0a;
const NUMBER: u8 = 0x10;
const TEXT: u8 = 0x15;
const DOCUMENT: u8 = 0x20;
const ARRAY: u8 = 0x25;
const BINARY: u8 = 0x30;
const OBJECT_ID: u8 = 0x35;
const BOOL: u8 = 0x40;
const TIME: u8 = 0x45;
/// Types that are never stored.
const OTHER: u8 = 0x60;
/// Greater than the first byte of any value.
pub(super) const AFTER: u8 = 0xff;

const TOP_BIT: u64 = 1 << 63;

/// Encodes a value of a document. A missing value counts as null.
pub(super) fn encode(value: Option<RawBsonRef<'_>>) -> Vec<u8> {
    let mut key = Vec::with_capacity(24);
    append(value, &mut key);
    key
}

/// Encodes an array without elements.
pub(super) fn encode_empty_array() -> Vec<u8> {
    vec![EMPTY]
}

/// Encodes a scalar of a filter.
pub(super) fn encode_scalar(scalar: &Scalar) -> Vec<u8> {
    encode(Some(match scalar {
        Scalar::Null => RawBsonRef::Null,
        Scalar::Bool(value) => RawBsonRef::Boolean(*value),
        Scalar::Int(value) => RawBsonRef::Int64(*value),
        Scalar::Double(value) => RawBsonRef::Double(*value),
        Scalar::Time(value) => RawBsonRef::DateTime(*value),
        Scalar::Text(value) => RawBsonRef::String(value),
    }))
}

/// The range of the keys of all values of the same kind, without its upper bound.
pub(super) fn kind_range(scalar: &Scalar) -> (Vec<u8>, Vec<u8>) {
    let tag = tag(match scalar {
        Scalar::Null => RawBsonRef::Null,
        Scalar::Bool(_) => RawBsonRef::Boolean(false),
        Scalar::Int(_) | Scalar::Double(_) => RawBsonRef::Int32(0),
        Scalar::Time(value) => RawBsonRef::DateTime(*value),
        Scalar::Text(_) => RawBsonRef::String(""),
    });
    (vec![tag], vec![tag + 1])
}

/// The range of the keys of all strings with a prefix, without its upper bound.
pub(super) fn prefix_range(text: &str) -> (Vec<u8>, Vec<u8>) {
    let mut lower = vec![TEXT];
    append_escaped(text.as_bytes(), &mut lower);
    let mut upper = lower.clone();
    upper.push(AFTER);
    (lower, upper)
}

fn tag(value: RawBsonRef<'_>) -> u8 {
    match value {
        RawBsonRef::Null => NULL,
        RawBsonRef::Int32(_) | RawBsonRef::Int64(_) | RawBsonRef::Double(_) => NUMBER,
        RawBsonRef::String(_) => TEXT,
        RawBsonRef::Document(_) => DOCUMENT,
        RawBsonRef::Array(_) => ARRAY,
        RawBsonRef::Binary(_) => BINARY,
        RawBsonRef::ObjectId(_) => OBJECT_ID,
        RawBsonRef::Boolean(_) => BOOL,
        RawBsonRef::DateTime(_) => TIME,
        _ => OTHER,
    }
}

fn append(value: Option<RawBsonRef<'_>>, key: &mut Vec<u8>) {
    let Some(value) = value else { return key.push(NULL) };
    key.push(tag(value));
    match value {
        RawBsonRef::Int32(value) => append_int(value.into(), key),
        RawBsonRef::Int64(value) => append_int(value, key),
        RawBsonRef::Double(value) => append_number(value, 0, key),
        RawBsonRef::String(text) => append_text(text, key),
        RawBsonRef::Document(document) => append_document(document, key),
        RawBsonRef::Array(array) => {
            for element in array.into_iter().map_while(Result::ok) {
                append(Some(element), key);
            }
            key.push(0);
        }
        RawBsonRef::Binary(binary) => {
            key.extend_from_slice(&(binary.bytes.len() as u64).to_be_bytes());
            key.push(binary.subtype.into());
            key.extend_from_slice(binary.bytes);
        }
        RawBsonRef::ObjectId(id) => key.extend_from_slice(&id.bytes()),
        RawBsonRef::Boolean(value) => key.push(value.into()),
        RawBsonRef::DateTime(time) => {
            key.extend_from_slice(&(time.timestamp_millis().cast_unsigned() ^ TOP_BIT).to_be_bytes());
        }
        _ => {}
    }
}

/// Documents sort by their fields in turn: by the kind of the value, the name, and the value.
fn append_document(document: &RawDocument, key: &mut Vec<u8>) {
    for (name, value) in document.into_iter().map_while(Result::ok) {
        key.push(tag(value));
        append_text(name.as_str(), key);
        append(Some(value), key);
    }
    key.push(0);
}

fn append_text(text: &str, key: &mut Vec<u8>) {
    append_escaped(text.as_bytes(), key);
    key.extend_from_slice(&[0, 0]);
}

fn append_escaped(bytes: &[u8], key: &mut Vec<u8>) {
    for &byte in bytes {
        key.push(byte);
        if byte == 0 {
            key.push(AFTER);
        }
    }
}

/// Numbers sort by value, whatever their type: by the nearest double, and whole numbers that share it by the distance
/// from it, which is at most 512.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "the nearest double is what is wanted, and the distance from it fits"
)]
fn append_int(value: i64, key: &mut Vec<u8>) {
    let nearest = value as f64;
    append_number(nearest, (i128::from(value) - nearest as i128) as i16, key);
}

fn append_number(nearest: f64, distance: i16, key: &mut Vec<u8>) {
    let ordered = if nearest.is_nan() {
        0
    } else {
        // Adding 0 turns -0 into 0.
        let bits = (nearest + 0.0).to_bits();
        if bits & TOP_BIT == 0 { bits | TOP_BIT } else { !bits }
    };
    key.extend_from_slice(&ordered.to_be_bytes());
    key.extend_from_slice(&(distance.cast_unsigned() ^ 0x8000).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::{DateTime, rawdoc};

    #[test]
    fn keys_sort_as_the_values_do() {
        let (a, b, c) = (rawdoc! {}, rawdoc! { "x": 1 }, rawdoc! { "a": "text" });
        let ascending = [
            RawBsonRef::Null,
            RawBsonRef::Double(f64::NAN),
            RawBsonRef::Double(f64::NEG_INFINITY),
            RawBsonRef::Int64(i64::MIN),
            RawBsonRef::Int64(i64::MIN + 1),
            RawBsonRef::Double(-0.5),
            RawBsonRef::Int32(0),
            RawBsonRef::Double(f64::MIN_POSITIVE),
            RawBsonRef::Int32(1),
            RawBsonRef::Double(1.5),
            RawBsonRef::Int64((1 << 53) - 1),
            RawBsonRef::Double(9_007_199_254_740_992.0),
            RawBsonRef::Int64((1 << 53) + 1),
            RawBsonRef::Int64(i64::MAX - 1),
            RawBsonRef::Int64(i64::MAX),
            RawBsonRef::Double(9_223_372_036_854_775_808.0),
            RawBsonRef::Double(f64::INFINITY),
            RawBsonRef::String(""),
            RawBsonRef::String("\0"),
            RawBsonRef::String("\0a"),
            RawBsonRef::String("\u{1}"),
            RawBsonRef::String("a"),
            RawBsonRef::String("a\0"),
            RawBsonRef::String("ab"),
            RawBsonRef::String("é"),
            RawBsonRef::Document(&a),
            RawBsonRef::Document(&b),
            RawBsonRef::Document(&c),
            RawBsonRef::Boolean(false),
            RawBsonRef::Boolean(true),
            RawBsonRef::DateTime(DateTime::MIN),
            RawBsonRef::DateTime(DateTime::from_millis(-1)),
            RawBsonRef::DateTime(DateTime::from_millis(0)),
        ];
        for pair in ascending.windows(2) {
            assert!(
                encode(Some(pair[0])) < encode(Some(pair[1])),
                "{:?} was not less than {:?}",
                pair[0],
                pair[1]
            );
        }
    }

    #[test]
    fn equal_numbers_have_the_same_key() {
        for same in [
            [RawBsonRef::Int32(7), RawBsonRef::Int64(7)],
            [RawBsonRef::Int32(7), RawBsonRef::Double(7.0)],
            [RawBsonRef::Double(0.0), RawBsonRef::Double(-0.0)],
        ] {
            assert_eq!(encode(Some(same[0])), encode(Some(same[1])));
        }
    }
}
