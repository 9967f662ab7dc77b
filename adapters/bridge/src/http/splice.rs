use bson::{RawDocumentBuf, doc};
use protocol::QueryResult;

const DOCUMENT: u8 = 0x03;
const ARRAY: u8 = 0x04;

/// Encodes a [`protocol::QueryAnswer`] as BSON by copying the documents' bytes from the store. Most of a query's time
/// would otherwise go into decoding and encoding them.
pub(super) fn splice(results: &[QueryResult<RawDocumentBuf>]) -> Result<Vec<u8>, bson::error::Error> {
    let documents = results.iter().flat_map(|result| &result.documents);
    let size: usize = documents.map(|document| document.as_bytes().len() + 8).sum();
    let mut out = Vec::with_capacity(size + 128 * (results.len() + 1));
    let answer = open(&mut out);
    let all = open_element(&mut out, ARRAY, "results");
    for (n, result) in results.iter().enumerate() {
        let one = open_element(&mut out, DOCUMENT, &n.to_string());
        let documents = open_element(&mut out, ARRAY, "documents");
        for (n, document) in result.documents.iter().enumerate() {
            name(&mut out, DOCUMENT, &n.to_string());
            out.extend_from_slice(document.as_bytes());
        }
        close(&mut out, documents);
        append_rest(&mut out, result)?;
        close(&mut out, one);
    }
    close(&mut out, all);
    close(&mut out, answer);
    Ok(out)
}

/// Appends the total, the cursor and the facets, which are small.
fn append_rest(out: &mut Vec<u8>, result: &QueryResult<RawDocumentBuf>) -> Result<(), bson::error::Error> {
    let mut rest = doc! {};
    if let Some(total) = result.total {
        rest.insert("total", i64::try_from(total).unwrap_or(i64::MAX));
    }
    if let Some(next) = &result.next {
        rest.insert("next", next.as_str());
    }
    if !result.facets.is_empty() {
        rest.insert("facets", bson::serialize_to_bson(&result.facets)?);
    }
    let bytes = bson::serialize_to_vec(&rest)?;
    out.extend_from_slice(&bytes[4..bytes.len() - 1]);
    Ok(())
}

fn name(out: &mut Vec<u8>, kind: u8, key: &str) {
    out.push(kind);
    out.extend_from_slice(key.as_bytes());
    out.push(0);
}

fn open_element(out: &mut Vec<u8>, kind: u8, key: &str) -> usize {
    name(out, kind, key);
    open(out)
}

fn open(out: &mut Vec<u8>) -> usize {
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    at
}

fn close(out: &mut Vec<u8>, at: usize) {
    out.push(0);
    // More than 2 GiB would take 8 queries of 200 documents of almost 2 MiB each.
    let length = i32::try_from(out.len() - at).unwrap_or(i32::MAX);
    out[at..at + 4].copy_from_slice(&length.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::{Document, rawdoc};
    use protocol::{Cursor, FacetCount, QueryAnswer};

    #[test]
    fn spliced_bytes_decode_to_the_answer() {
        let results = vec![
            QueryResult {
                documents: (0..12)
                    .map(|n| rawdoc! { "_id": n.to_string(), "n": n, "deep": { "a": [1, 2] } })
                    .collect(),
                total: Some(99),
                next: Some(Cursor::at(vec!["11".into()])),
                facets: vec![vec![FacetCount { value: "shoes".into(), count: 3 }], vec![]],
            },
            QueryResult { documents: vec![], total: None, next: None, facets: vec![] },
        ];
        let bytes = splice(&results).unwrap();
        let decoded: QueryAnswer<Document> = bson::deserialize_from_slice(&bytes).unwrap();
        let expected: Vec<_> = results
            .into_iter()
            .map(|result| QueryResult {
                documents: result
                    .documents
                    .iter()
                    .map(|raw| Document::try_from(raw.as_ref()).unwrap())
                    .collect(),
                total: result.total,
                next: result.next,
                facets: result.facets,
            })
            .collect();
        assert_eq!(decoded.results, expected);
    }
}
