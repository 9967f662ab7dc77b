//! Translates filters to MongoDB. Values are only put where MongoDB expects values, so no string can become an
//! operator.

use std::fmt::Write as _;

use bson::{Bson, Document, doc};
use protocol::{Filter, Path, Scalar};

pub(super) fn to_document(filter: &Filter) -> Document {
    match filter {
        Filter::All => doc! {},
        Filter::Eq(path, value) => single(path, value.clone()),
        Filter::Ne(path, value) => single(path, doc! { "$ne": value.clone() }),
        Filter::Lt(path, value) => single(path, doc! { "$lt": value.clone() }),
        Filter::Lte(path, value) => single(path, doc! { "$lte": value.clone() }),
        Filter::Gt(path, value) => single(path, doc! { "$gt": value.clone() }),
        Filter::Gte(path, value) => single(path, doc! { "$gte": value.clone() }),
        Filter::In(path, values) => single(path, doc! { "$in": scalars(values) }),
        // With null among the values, MongoDB 6.0 misses documents with an empty array if it uses an index.
        Filter::NotIn(path, values) if values.contains(&Scalar::Null) => {
            let rest: Vec<Scalar> = values.iter().filter(|value| **value != Scalar::Null).cloned().collect();
            let null = doc! { "$ne": Scalar::Null };
            doc! { "$and": [single(path, null), single(path, doc! { "$nin": scalars(&rest) })] }
        }
        Filter::NotIn(path, values) => single(path, doc! { "$nin": scalars(values) }),
        Filter::Prefix(path, text) => single(path, doc! { "$regex": beginning_with(text) }),
        Filter::Exists(path, there) => single(path, doc! { "$exists": *there }),
        Filter::Element(path, inner) => single(path, doc! { "$elemMatch": to_document(inner) }),
        Filter::And(all) if all.is_empty() => doc! {},
        Filter::And(all) => doc! { "$and": documents(all) },
        // MongoDB refuses an empty `$or`, and this matches nothing.
        Filter::Or(any) if any.is_empty() => doc! { "_id": { "$in": [] } },
        Filter::Or(any) => doc! { "$or": documents(any) },
        Filter::Not(inner) => doc! { "$nor": [to_document(inner)] },
    }
}

fn single(path: &Path, value: impl Into<Bson>) -> Document {
    let mut document = Document::new();
    document.insert(path.as_str(), value);
    document
}

fn scalars(values: &[Scalar]) -> Vec<Bson> {
    values.iter().cloned().map(Bson::from).collect()
}

fn documents(filters: &[Filter]) -> Vec<Document> {
    filters.iter().map(to_document).collect()
}

/// A regular expression for strings with this prefix, in which every special character is escaped.
fn beginning_with(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 8);
    pattern.push('^');
    for c in text.chars() {
        match c {
            // A regular expression in BSON ends at a NUL.
            '\0' => pattern.push_str("\\x00"),
            c if c.is_ascii_alphanumeric() || !c.is_ascii() => pattern.push(c),
            c => {
                let _ = write!(pattern, "\\x{:02x}", u32::from(c));
            }
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_an_operator_stays_a_string() {
        let path = || Path::parse("a").unwrap();
        assert_eq!(to_document(&Filter::Eq(path(), "$where".into())), doc! { "a": "$where" });
        assert_eq!(
            to_document(&Filter::Prefix(path(), ".*\0é".into())),
            doc! { "a": { "$regex": "^\\x2e\\x2a\\x00é" } }
        );
    }
}
