//! The keys of a document in an index or a sort order. There are several if a field is an array.

use bson::{RawArray, RawBsonRef, RawDocument};
use protocol::Path;

use super::{key, matcher};

/// Two of the fields are different arrays. Neither store can index or sort such a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ParallelArrays;

/// The part of a key that one field contributes.
#[derive(Clone)]
enum Part<'a> {
    Known(Vec<u8>),
    /// The rest of the path, within the current document.
    Within(&'a str),
}

enum Found<'a> {
    Value(Option<RawBsonRef<'a>>),
    /// An array, and the rest of the path within its elements. `None` if they are the values.
    Array(&'a RawArray, Option<&'a str>),
}

/// Lists the combinations of values that a document has in these fields, each as one key per field. Each element of an
/// array gives a combination; fields within the same array belong together.
pub(super) fn combinations(
    document: &RawDocument,
    paths: &[Path],
) -> Result<Vec<Vec<Vec<u8>>>, ParallelArrays> {
    let parts = paths.iter().map(|path| Part::Within(path.as_str())).collect();
    let mut combinations = Vec::with_capacity(1);
    expand(document, parts, &mut combinations)?;
    Ok(combinations)
}

/// Lists the keys of a document in an index over these fields, each once.
pub(super) fn keys(document: &RawDocument, paths: &[Path]) -> Result<Vec<Vec<u8>>, ParallelArrays> {
    let mut keys: Vec<Vec<u8>> = combinations(document, paths)?.iter().map(|parts| parts.concat()).collect();
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

fn expand<'a>(
    document: &'a RawDocument,
    mut parts: Vec<Part<'a>>,
    combinations: &mut Vec<Vec<Vec<u8>>>,
) -> Result<(), ParallelArrays> {
    let mut shared: Option<&'a RawArray> = None;
    let mut through = Vec::new();
    for (n, part) in parts.iter_mut().enumerate() {
        let Part::Within(path) = part else { continue };
        match find(document, path) {
            Found::Value(value) => *part = Part::Known(key::encode(value)),
            Found::Array(array, rest) => {
                if shared.is_some_and(|other| other.as_bytes().as_ptr() != array.as_bytes().as_ptr()) {
                    return Err(ParallelArrays);
                }
                shared = Some(array);
                through.push((n, rest));
            }
        }
    }
    let Some(array) = shared else {
        let known = parts.into_iter().map(|part| if let Part::Known(key) = part { key } else { Vec::new() });
        combinations.push(known.collect());
        return Ok(());
    };
    let mut each = |element: Option<RawBsonRef<'a>>| {
        let mut parts = parts.clone();
        for (n, rest) in &through {
            let known = || element.map_or_else(key::encode_empty_array, |element| key::encode(Some(element)));
            let part = rest.map_or_else(|| Part::Known(known()), Part::Within);
            if let Some(slot) = parts.get_mut(*n) {
                *slot = part;
            }
        }
        let within = element.and_then(RawBsonRef::as_document).unwrap_or_else(|| matcher::empty_document());
        expand(within, parts, combinations)
    };
    if array.is_empty() {
        return each(None);
    }
    array.into_iter().map_while(Result::ok).try_for_each(|element| each(Some(element)))
}

fn find<'a>(document: &'a RawDocument, path: &'a str) -> Found<'a> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    match (document.get(name).ok().flatten(), rest) {
        (Some(RawBsonRef::Array(array)), rest) => Found::Array(array, rest),
        (value, None) => Found::Value(value),
        (Some(RawBsonRef::Document(inner)), Some(rest)) => find(inner, rest),
        (_, Some(_)) => Found::Value(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::{RawDocumentBuf, rawdoc};

    fn paths(texts: &[&str]) -> Vec<Path> {
        texts.iter().map(|text| Path::parse(*text).unwrap()).collect()
    }

    fn count(document: &RawDocumentBuf, texts: &[&str]) -> usize {
        keys(document, &paths(texts)).unwrap().len()
    }

    #[test]
    fn each_element_of_an_array_is_a_key_once() {
        assert_eq!(count(&rawdoc! { "a": [1, 2, 2] }, &["a"]), 2);
        assert_eq!(count(&rawdoc! { "a": [{ "b": 1, "c": 2 }, { "b": 3, "c": 4 }] }, &["a.b", "a.c"]), 2);
    }

    #[test]
    fn a_missing_field_is_null_and_an_empty_array_is_less() {
        let key = |document: RawDocumentBuf| keys(&document, &paths(&["a"])).unwrap();
        assert_eq!(key(rawdoc! {}), key(rawdoc! { "a": null }));
        assert!(key(rawdoc! { "a": [] }) < key(rawdoc! {}));
    }

    #[test]
    fn two_arrays_cannot_be_indexed_together() {
        assert_eq!(keys(&rawdoc! { "a": [1], "b": [2] }, &paths(&["a", "b"])), Err(ParallelArrays));
    }
}
