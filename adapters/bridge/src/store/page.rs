//! Makes a page of documents in both stores: the cursor after the last one, and the requested fields.

use bson::raw::CStr;
use bson::{RawArray, RawArrayBuf, RawBsonRef, RawDocument, RawDocumentBuf};
use protocol::{Cursor, Path, Scalar, SortKey};

/// The position of a document in an order. `None` if a field of the order is missing or not a scalar.
pub(super) fn cursor_at(document: &RawDocument, order: &[SortKey]) -> Option<Cursor> {
    order.iter().map(|key| scalar_at(document, key.path.as_str())).collect::<Option<_>>().map(Cursor::at)
}

/// Keeps only these fields of a document, and its `_id`.
pub(super) fn project(document: &RawDocument, fields: &[Path]) -> RawDocumentBuf {
    let mut paths: Vec<&str> = fields.iter().map(Path::as_str).collect();
    paths.push("_id");
    project_document(document, &paths)
}

/// Returns the fields that the requested fields and the cursor need, none within another, and whether they are more
/// than were requested.
pub(super) fn fields_to_read(fields: &[Path], order: &[SortKey]) -> (Vec<Path>, bool) {
    if fields.is_empty() {
        return (Vec::new(), false);
    }
    let keys = order.iter().map(|key| &key.path).filter(|path| **path != Path::id());
    let mut all: Vec<&Path> = fields.iter().chain(keys).collect();
    // Only when compared by segments does a path sort directly after those it lies within.
    all.sort_by(|a, b| a.segments().cmp(b.segments()));
    let mut read: Vec<Path> = Vec::with_capacity(all.len());
    for path in all {
        if !read.last().is_some_and(|above| above.overlaps(path)) {
            read.push(path.clone());
        }
    }
    let more = read.iter().any(|path| !fields.contains(path));
    (read, more)
}

fn scalar_at(document: &RawDocument, path: &str) -> Option<Scalar> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    match (document.get(name).ok()??, rest) {
        (RawBsonRef::Document(inner), Some(rest)) => scalar_at(inner, rest),
        (RawBsonRef::Boolean(value), None) => Some(Scalar::Bool(value)),
        (RawBsonRef::Int32(value), None) => Some(Scalar::Int(value.into())),
        (RawBsonRef::Int64(value), None) => Some(Scalar::Int(value)),
        (RawBsonRef::Double(value), None) if !value.is_nan() => Some(Scalar::Double(value)),
        (RawBsonRef::DateTime(value), None) => Some(Scalar::Time(value)),
        (RawBsonRef::String(value), None) => Some(Scalar::Text(value.to_owned())),
        // Null, values that aren't scalars, and values that a path can't go through.
        _ => None,
    }
}

fn project_document(document: &RawDocument, paths: &[&str]) -> RawDocumentBuf {
    let mut projected = RawDocumentBuf::new();
    for (name, value) in document.into_iter().map_while(Result::ok) {
        let name: &CStr = name;
        if paths.contains(&name.as_str()) {
            projected.append(name, value);
            continue;
        }
        let within: Vec<&str> =
            paths.iter().filter_map(|path| path.strip_prefix(name.as_str())?.strip_prefix('.')).collect();
        match value {
            _ if within.is_empty() => {}
            RawBsonRef::Document(inner) => projected.append(name, project_document(inner, &within)),
            RawBsonRef::Array(array) => projected.append(name, project_array(array, &within)),
            _ => {}
        }
    }
    projected
}

/// Only documents, and arrays of them, have fields to keep.
fn project_array(array: &RawArray, paths: &[&str]) -> RawArrayBuf {
    let mut projected = RawArrayBuf::new();
    for element in array.into_iter().map_while(Result::ok) {
        match element {
            RawBsonRef::Document(inner) => projected.push(project_document(inner, paths)),
            RawBsonRef::Array(inner) => projected.push(project_array(inner, paths)),
            _ => {}
        }
    }
    projected
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::rawdoc;
    use protocol::Direction;

    fn paths(texts: &[&str]) -> Vec<Path> {
        texts.iter().map(|text| Path::parse(*text).unwrap()).collect()
    }

    #[test]
    fn a_projection_keeps_the_id_and_goes_through_arrays() {
        let document =
            rawdoc! { "_id": "1", "a": [{ "b": 1, "c": 2 }, 3, [{ "b": 4 }]], "d": { "e": 5 }, "f": 6 };
        let kept = project(&document, &paths(&["a.b", "d.x", "f.g"]));
        assert_eq!(kept, rawdoc! { "_id": "1", "a": [{ "b": 1 }, [{ "b": 4 }]], "d": {} });
    }

    #[test]
    fn the_fields_of_the_order_are_read_but_not_twice() {
        let order: Vec<SortKey> = paths(&["a", "b.c", "d", "_id"])
            .into_iter()
            .map(|path| SortKey { path, direction: Direction::Ascending })
            .collect();
        let (read, more) = fields_to_read(&paths(&["a.x", "a_y", "b"]), &order);
        assert_eq!((read, more), (paths(&["a", "a_y", "b", "d"]), true));
        assert_eq!(fields_to_read(&paths(&["a", "b", "d"]), &order), (paths(&["a", "b", "d"]), false));
    }
}
