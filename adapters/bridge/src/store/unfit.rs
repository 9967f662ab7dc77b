use bson::spec::ElementType;
use protocol::Path;

use super::limits::{LOCK_FIELD, MAX_CHANGED, MAX_DOCUMENT_BYTES};

/// How a request contradicts what is stored, or what the two stores can't do alike. Functions are shown the text, so it
/// contains no data.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    #[error("operation {number}: {reason}")]
    Operation { number: usize, reason: UnfitOperation },
    #[error("after: not a cursor of this query")]
    Cursor,
    #[error("sort: two of the fields are arrays in one document")]
    ParallelSort,
    #[error("MongoDB refused the query ({code_name})")]
    Query { code_name: String },
    #[error("the blob is larger than {limit} bytes")]
    BlobTooLarge { limit: u64 },
    #[error("the body ended early")]
    BodyBrokeOff,
}

/// What is wrong with one operation of a transaction.
#[derive(Debug, thiserror::Error)]
pub enum UnfitOperation {
    #[error("it matches more than {MAX_CHANGED} documents")]
    TooManyDocuments,
    #[error("a check for an exact number must name the documents by _id")]
    InexactCheck,
    #[error("a check can't be for more than {MAX_CHANGED} documents")]
    CheckTooLarge,
    #[error("_id must be a string")]
    IdNotString,
    #[error("{LOCK_FIELD} can't be the name of a field")]
    ReservedField,
    #[error("the name of a field must not be empty, begin with $, or contain a dot or NUL")]
    FieldName,
    #[error("values of the type {0:?} can't be stored")]
    ValueType(ElementType),
    #[error("two fields of the index {index} are arrays")]
    ParallelArrays { index: String },
    #[error("the document would be larger than {MAX_DOCUMENT_BYTES} bytes")]
    DocumentTooLarge,
    #[error("the document can't be encoded")]
    Unencodable(#[source] bson::error::Error),
    #[error("{0} is not an array")]
    NotAnArray(Path),
    #[error("{0} lies within a value that is not a document")]
    NotWithinADocument(Path),
    #[error("{0}: an element is not a document")]
    ElementNotADocument(Path),
    #[error("{0}: the same field of an element is changed twice")]
    ElementChangedTwice(Path),
    #[error("{0} is not a number")]
    NotANumber(Path),
    #[error("{0}: the sum is too large")]
    Overflow(Path),
    #[error("it does not fit the document ({code_name})")]
    Refused { code_name: String },
}

impl UnfitOperation {
    /// The error of the operation with this number.
    pub(crate) fn at(self, number: usize) -> Unfit {
        Unfit::Operation { number, reason: self }
    }
}
