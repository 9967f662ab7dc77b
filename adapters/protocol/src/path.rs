use std::fmt;

use serde::{Deserialize, Serialize};

/// The path of a field, with dots between nested ones: `status`, `buyer.email`, `variants.sku`.
///
/// Segments are `[A-Za-z_][A-Za-z0-9_]*`, so neither an operator (`$where`) nor an array index can be named.
/// At most 8 segments and 128 bytes. A path through an array means the field of each element.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Path(String);

/// The name of a collection: `[a-z][a-z0-9_]*`, at most 40 bytes. Names beginning with `_` belong to the bridge.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CollectionName(String);

/// Why a path or the name of a collection is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Empty or too long.
    #[error("a name must not be empty or too long")]
    Length,
    /// A character that is not allowed.
    #[error("a name consists of letters, digits and underscores, and starts with a letter or an underscore")]
    Character,
}

const MAX_PATH_BYTES: usize = 128;
const MAX_SEGMENTS: usize = 8;
const MAX_COLLECTION_BYTES: usize = 40;

impl Path {
    /// Parses a dotted path.
    pub fn parse(text: impl Into<String>) -> Result<Self, PathError> {
        let text = text.into();
        if text.is_empty() || text.len() > MAX_PATH_BYTES || text.split('.').count() > MAX_SEGMENTS {
            return Err(PathError::Length);
        }
        if text.split('.').all(is_segment) { Ok(Self(text)) } else { Err(PathError::Character) }
    }

    /// The path `_id`.
    #[must_use]
    pub fn id() -> Self {
        Self("_id".into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments, outermost first.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }

    /// Whether the paths are equal, or one contains the other.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.segments().zip(other.segments()).all(|(a, b)| a == b)
    }
}

impl CollectionName {
    /// Parses the name of a collection that can be granted to functions.
    pub fn parse(text: impl Into<String>) -> Result<Self, PathError> {
        let text = text.into();
        if text.is_empty() || text.len() > MAX_COLLECTION_BYTES {
            return Err(PathError::Length);
        }
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(allowed) {
            Ok(Self(text))
        } else {
            Err(PathError::Character)
        }
    }

    /// A collection of the bridge itself, `_outbox` for `outbox`. Requests can't name it.
    #[must_use]
    pub fn internal(name: &'static str) -> Self {
        Self(format!("_{name}"))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_segment(segment: &str) -> bool {
    segment.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && segment.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for CollectionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Path {
    type Error = PathError;
    fn try_from(text: String) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for Path {
    type Error = PathError;
    fn try_from(text: &str) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

impl From<Path> for String {
    fn from(path: Path) -> Self {
        path.0
    }
}

impl TryFrom<String> for CollectionName {
    type Error = PathError;
    fn try_from(text: String) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

impl From<CollectionName> for String {
    fn from(name: CollectionName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_can_not_name_an_operator_or_an_array_index() {
        for bad in ["$where", "a.$gt", "a.0", "", ".", "a..b", "a b", "é", "a\0", "__proto__.é"] {
            assert!(Path::parse(bad).is_err(), "{bad:?} was taken");
        }
        assert_eq!(Path::parse("variants.sku").unwrap().segments().collect::<Vec<_>>(), ["variants", "sku"]);
    }

    #[test]
    fn the_bridges_own_collections_can_not_be_named_in_a_request() {
        assert!(CollectionName::parse("_outbox").is_err());
        assert!(CollectionName::parse("system.users").is_err());
        assert_eq!(CollectionName::internal("outbox").as_str(), "_outbox");
    }

    #[test]
    fn a_path_overlaps_those_above_and_below_it() {
        let path = |text| Path::parse(text).unwrap();
        assert!(path("a.b").overlaps(&path("a")));
        assert!(path("a").overlaps(&path("a.b.c")));
        assert!(!path("a.b").overlaps(&path("a.c")));
    }
}
