use bson::Bson;
use serde::{Deserialize, Serialize};

use crate::{Path, Scalar};

/// One change of one field. Changes of an update are made together; their paths must not overlap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// Sets the field, making the documents above it where they are missing.
    Set(Path, Bson),
    /// Removes the field.
    Unset(Path),
    /// Adds to a whole number; a missing field counts as 0. Anything else there fails the operation.
    Inc(Path, i64),
    /// Appends to an array; a missing field counts as an empty one.
    Push(Path, Bson),
    /// Removes each element that equals the value from an array.
    Pull(Path, Scalar),
    /// Adds to a whole number within the elements of the array `array` whose field `key` equals `equals`.
    /// The field `field` lies within the element: the stock of one variant of a product.
    IncElement {
        /// The array.
        array: Path,
        /// The field that tells the element.
        key: Path,
        /// What that field equals.
        equals: Scalar,
        /// The field to change, within the element.
        field: Path,
        /// What is added.
        by: i64,
    },
    /// Sets a field within the elements of an array, chosen as in [`Change::IncElement`].
    SetElement {
        /// The array.
        array: Path,
        /// The field that tells the element.
        key: Path,
        /// What that field equals.
        equals: Scalar,
        /// The field to change, within the element.
        field: Path,
        /// What it becomes.
        value: Bson,
    },
}

/// How documents change: at least one change and at most 32, no two of one field. `_id` never changes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Update(pub Vec<Change>);

impl Change {
    /// Sets a field to a value that is not a document or an array.
    pub fn set(path: Path, value: impl Into<Scalar>) -> Self {
        Self::Set(path, value.into().into())
    }

    /// The outermost field this writes to.
    #[must_use]
    pub fn target(&self) -> &Path {
        match self {
            Self::Set(path, _)
            | Self::Unset(path)
            | Self::Inc(path, _)
            | Self::Push(path, _)
            | Self::Pull(path, _)
            | Self::IncElement { array: path, .. }
            | Self::SetElement { array: path, .. } => path,
        }
    }
}
