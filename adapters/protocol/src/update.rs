use bson::Bson;
use serde::{Deserialize, Serialize};

use crate::{Path, Scalar};

/// A change of one field. The changes of an update are made together, and their paths must not overlap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// Sets a field, creating missing parent documents.
    Set(Path, Bson),
    /// Removes a field.
    Unset(Path),
    /// Adds to a whole number; a missing field counts as 0. Fails for any other value.
    Inc(Path, i64),
    /// Appends to an array; a missing field counts as empty.
    Push(Path, Bson),
    /// Removes every element that equals the value from an array.
    Pull(Path, Scalar),
    /// Adds to a whole number in the elements of an array whose field `key` equals `equals`: the stock of one variant of a
    /// product.
    IncElement {
        /// The array.
        array: Path,
        /// The field that identifies an element.
        key: Path,
        /// The value of that field.
        equals: Scalar,
        /// The field to change, relative to the element.
        field: Path,
        /// The number to add.
        by: i64,
    },
    /// Sets a field in the elements of an array, chosen as in [`Change::IncElement`].
    SetElement {
        /// The array.
        array: Path,
        /// The field that identifies an element.
        key: Path,
        /// The value of that field.
        equals: Scalar,
        /// The field to change, relative to the element.
        field: Path,
        /// The new value.
        value: Bson,
    },
}

/// 1 to 32 changes, each of a different field. `_id` never changes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Update(pub Vec<Change>);

impl Change {
    /// Sets a field to a value that is not a document or an array.
    pub fn set(path: Path, value: impl Into<Scalar>) -> Self {
        Self::Set(path, value.into().into())
    }

    /// The outermost field that is written.
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
