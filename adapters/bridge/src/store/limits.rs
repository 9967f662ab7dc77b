/// The field by which the MongoDB store takes a document's write lock within a transaction. It is gone again before the
/// transaction commits. Because it isn't a [`Path`](protocol::Path), no request can name it; documents that have it
/// are refused.
pub(super) const LOCK_FIELD: &str = "#lock";

/// The most documents that one operation may change.
pub(super) const MAX_CHANGED: usize = 1000;

/// The most bytes of one document, which is MongoDB's own limit.
pub(super) const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;
