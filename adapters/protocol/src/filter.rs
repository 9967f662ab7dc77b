use bson::{Bson, DateTime};
use serde::{Deserialize, Serialize};

use crate::Path;

/// A value that a filter compares a field with. Documents and arrays are not scalars: compare their fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// Null or missing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number. Numbers compare by value, whatever their width.
    Int(i64),
    /// A number that is not whole; never NaN.
    Double(f64),
    /// A moment, to the millisecond.
    Time(DateTime),
    /// Text, compared by its UTF-8 bytes.
    Text(String),
}

/// Matches documents. The syntax is closed: there are no other operators.
///
/// Only values of one kind compare (numbers, texts, times, booleans): `gt("price", 3)` does not match a text. An array matches
/// a comparison if one of its elements does; `Ne` and `NotIn` match if no element is equal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Filter {
    /// Every document.
    All,
    /// The field equals the value.
    Eq(Path, Scalar),
    /// The field does not equal the value.
    Ne(Path, Scalar),
    /// The field is less than the value.
    Lt(Path, Scalar),
    /// The field is at most the value.
    Lte(Path, Scalar),
    /// The field is greater than the value.
    Gt(Path, Scalar),
    /// The field is at least the value.
    Gte(Path, Scalar),
    /// The field equals one of the values.
    In(Path, Vec<Scalar>),
    /// The field equals none of the values.
    NotIn(Path, Vec<Scalar>),
    /// The text field begins with this text.
    Prefix(Path, String),
    /// The field is present (null counts as present), or is missing.
    Exists(Path, bool),
    /// One element of the array matches the filter, whose paths start at the element.
    Element(Path, Box<Filter>),
    /// All of these match; an empty list matches every document.
    And(Vec<Filter>),
    /// At least one of these matches; an empty list matches no document.
    Or(Vec<Filter>),
    /// This does not match.
    Not(Box<Filter>),
}

impl Filter {
    /// Matches the document with this `_id`.
    pub fn id(id: impl Into<Scalar>) -> Self {
        Self::Eq(Path::id(), id.into())
    }

    /// Both filters.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::All => other,
            Self::And(mut all) => {
                all.push(other);
                Self::And(all)
            }
            one => Self::And(vec![one, other]),
        }
    }
}

impl From<Scalar> for Bson {
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Null => Self::Null,
            Scalar::Bool(value) => Self::Boolean(value),
            Scalar::Int(value) => Self::Int64(value),
            Scalar::Double(value) => Self::Double(value),
            Scalar::Time(value) => Self::DateTime(value),
            Scalar::Text(value) => Self::String(value),
        }
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}
impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<&String> for Scalar {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}
impl From<i64> for Scalar {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<i32> for Scalar {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}
impl From<u32> for Scalar {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}
impl From<bool> for Scalar {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
impl From<DateTime> for Scalar {
    fn from(value: DateTime) -> Self {
        Self::Time(value)
    }
}
