use crate::{
    Change, Filter, NewEvent, Operation, Path, Query, QueryRequest, Scalar, TransactRequest, Update,
};

/// A request is beyond a limit or contradicts itself. The text names the part and the limit, and contains no data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// Limits that types can't express. The bridge checks each request before it acts on it.
pub trait Check {
    /// Fails for a request that is beyond a limit.
    fn check(&self) -> Result<(), Refused>;
}

const MAX_QUERIES: usize = 8;
const MAX_OPERATIONS: usize = 64;
const MAX_EVENTS: usize = 16;
const MAX_EVENT_BYTES: usize = 64 * 1024;
const MAX_SUBJECT_BYTES: usize = 128;
const MAX_CHANGES: usize = 32;
const MAX_FILTER_NODES: usize = 256;
const MAX_FILTER_DEPTH: usize = 8;
const MAX_VALUES: usize = 200;
const MAX_TEXT_BYTES: usize = 4096;
const MAX_SORT_KEYS: usize = 4;
const MAX_FIELDS: usize = 32;
const MAX_FACETS: usize = 8;
const MAX_LIMIT: u32 = 200;
const MAX_SKIP: u32 = 10_000;

fn at_most(what: &str, count: usize, limit: usize) -> Result<(), Refused> {
    if count <= limit { Ok(()) } else { Err(Refused(format!("{what}: {count} is more than {limit}"))) }
}

impl Check for QueryRequest {
    fn check(&self) -> Result<(), Refused> {
        at_most("queries", self.queries.len(), MAX_QUERIES)?;
        if self.queries.is_empty() {
            return Err(Refused("queries: at least one is needed".into()));
        }
        self.queries.iter().try_for_each(Check::check)
    }
}

impl Check for Query {
    fn check(&self) -> Result<(), Refused> {
        self.filter.check()?;
        at_most("sort", self.sort.len(), MAX_SORT_KEYS)?;
        at_most("fields", self.fields.len(), MAX_FIELDS)?;
        at_most("facets", self.facets.len(), MAX_FACETS)?;
        at_most("limit", self.limit as usize, MAX_LIMIT as usize)?;
        at_most("skip", self.skip as usize, MAX_SKIP as usize)?;
        for (n, field) in self.fields.iter().enumerate() {
            if self.fields.iter().skip(n + 1).any(|other| field.overlaps(other)) {
                return Err(Refused(format!("fields: {field} overlaps another")));
            }
        }
        for facet in &self.facets {
            facet.filter.check()?;
            at_most("facets.limit", facet.limit as usize, MAX_LIMIT as usize)?;
            if facet.limit == 0 {
                return Err(Refused("facets.limit: at least 1 is needed".into()));
            }
        }
        if self.filter_after().is_none() {
            return Err(Refused("after: not a cursor of this query".into()));
        }
        Ok(())
    }
}

impl Check for Filter {
    fn check(&self) -> Result<(), Refused> {
        let mut nodes = 0;
        check_filter(self, 0, &mut nodes)
    }
}

fn check_filter(filter: &Filter, depth: usize, nodes: &mut usize) -> Result<(), Refused> {
    *nodes += 1;
    at_most("filter: parts", *nodes, MAX_FILTER_NODES)?;
    at_most("filter: depth", depth, MAX_FILTER_DEPTH)?;
    match filter {
        Filter::All | Filter::Exists(..) => Ok(()),
        Filter::Eq(_, value) | Filter::Ne(_, value) => value.check(),
        Filter::Lt(path, value)
        | Filter::Lte(path, value)
        | Filter::Gt(path, value)
        | Filter::Gte(path, value) => {
            if matches!(value, Scalar::Null) {
                return Err(Refused(format!("filter: {path} can't be ordered against null")));
            }
            value.check()
        }
        Filter::In(_, values) | Filter::NotIn(_, values) => {
            at_most("filter: values", values.len(), MAX_VALUES)?;
            values.iter().try_for_each(Check::check)
        }
        Filter::Prefix(_, text) => at_most("filter: text bytes", text.len(), MAX_TEXT_BYTES),
        Filter::Element(_, inner) | Filter::Not(inner) => check_filter(inner, depth + 1, nodes),
        Filter::And(all) | Filter::Or(all) => {
            all.iter().try_for_each(|inner| check_filter(inner, depth + 1, nodes))
        }
    }
}

impl Check for Scalar {
    fn check(&self) -> Result<(), Refused> {
        match self {
            Self::Double(value) if value.is_nan() => Err(Refused("filter: NaN is no value".into())),
            Self::Text(text) => at_most("filter: text bytes", text.len(), MAX_TEXT_BYTES),
            _ => Ok(()),
        }
    }
}

impl Check for Update {
    fn check(&self) -> Result<(), Refused> {
        at_most("update: changes", self.0.len(), MAX_CHANGES)?;
        if self.0.is_empty() {
            return Err(Refused("update: at least one change is needed".into()));
        }
        for (n, change) in self.0.iter().enumerate() {
            if change.target().overlaps(&Path::id()) {
                return Err(Refused("update: _id does not change".into()));
            }
            if self.0.iter().skip(n + 1).any(|other| collide(change, other)) {
                return Err(Refused(format!("update: {} is changed twice", change.target())));
            }
        }
        Ok(())
    }
}

/// Two changes of elements of one array don't collide if they write different fields or different elements.
fn collide(one: &Change, other: &Change) -> bool {
    match (element_of(one), element_of(other)) {
        (Some((array, key, equals, field)), Some((array_2, key_2, equals_2, field_2)))
            if array == array_2 =>
        {
            field.overlaps(field_2) && (key != key_2 || equals == equals_2)
        }
        _ => one.target().overlaps(other.target()),
    }
}

fn element_of(change: &Change) -> Option<(&Path, &Path, &Scalar, &Path)> {
    match change {
        Change::IncElement { array, key, equals, field, .. }
        | Change::SetElement { array, key, equals, field, .. } => Some((array, key, equals, field)),
        _ => None,
    }
}

impl Check for TransactRequest {
    fn check(&self) -> Result<(), Refused> {
        at_most("operations", self.operations.len(), MAX_OPERATIONS)?;
        at_most("events", self.events.len(), MAX_EVENTS)?;
        if self.operations.is_empty() && self.events.is_empty() {
            return Err(Refused("operations: at least one operation or event is needed".into()));
        }
        self.operations.iter().try_for_each(Check::check)?;
        self.events.iter().try_for_each(Check::check)
    }
}

impl Check for Operation {
    fn check(&self) -> Result<(), Refused> {
        match self {
            Self::Insert { document, .. } | Self::Upsert { document, .. } => match document.get("_id") {
                Some(bson::Bson::String(id)) if !id.is_empty() && id.len() <= MAX_SUBJECT_BYTES => Ok(()),
                _ => Err(Refused("document: _id must be a text of 1 to 128 bytes".into())),
            },
            Self::Update { filter, update, .. } => {
                filter.check()?;
                update.check()
            }
            Self::Delete { filter, .. } | Self::Check { filter, .. } => filter.check(),
        }
    }
}

impl Check for NewEvent {
    fn check(&self) -> Result<(), Refused> {
        at_most("event: subject bytes", self.subject.len(), MAX_SUBJECT_BYTES)?;
        let size = bson::serialize_to_vec(&self.data).map_or(usize::MAX, |bytes| bytes.len());
        at_most("event: data bytes", size, MAX_EVENT_BYTES)
    }
}

/// The deepest nesting of documents and arrays in a request.
const MAX_NESTING: usize = 32;

/// Refuses BSON that is nested deeper than 32 levels, without recursion, so that no body can exhaust the stack
/// of the decoder behind this. Refused as well is what would keep this from seeing all the decoder would: bytes
/// that are no BSON, and code with a scope, which is a document in disguise.
pub fn check_nesting(bytes: &[u8]) -> Result<(), Refused> {
    let no_bson = |_| Refused("not BSON".into());
    let mut open = vec![(1, bson::RawDocument::from_bytes(bytes).map_err(no_bson)?)];
    while let Some((depth, document)) = open.pop() {
        at_most("nesting", depth, MAX_NESTING)?;
        for element in document {
            let (_, value) = element.map_err(no_bson)?;
            if let Some(inner) = value.as_document() {
                open.push((depth + 1, inner));
            } else if let Some(inner) = value.as_array() {
                open.push((depth + 1, bson::RawDocument::from_bytes(inner.as_bytes()).map_err(no_bson)?));
            } else if value.as_javascript_with_scope().is_some() {
                return Err(Refused("code is no value".into()));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::{Bson, doc};

    fn path(text: &str) -> Path {
        Path::parse(text).unwrap()
    }

    #[test]
    fn a_deeply_nested_body_is_refused_without_recursion() {
        let mut document = doc! {};
        for _ in 0..MAX_NESTING {
            document = doc! { "a": document };
        }
        assert!(check_nesting(&bson::serialize_to_vec(&document).unwrap()).is_err());
        assert!(
            check_nesting(&bson::serialize_to_vec(&doc! { "a": { "b": [1, { "c": 2 }] } }).unwrap()).is_ok()
        );
    }

    #[test]
    fn nothing_hides_its_nesting() {
        let scope = bson::JavaScriptCodeWithScope { code: String::new(), scope: doc! {} };
        assert!(check_nesting(&bson::serialize_to_vec(&doc! { "a": scope }).unwrap()).is_err());
        let sound = bson::serialize_to_vec(&doc! { "a": [1, 2] }).unwrap();
        assert!(check_nesting(&sound).is_ok());
        assert!(check_nesting(&[&sound[..], &[0]].concat()).is_err());
        assert!(check_nesting(&sound[..sound.len() - 1]).is_err());
    }

    #[test]
    fn a_deeply_nested_filter_is_refused() {
        let mut filter = Filter::All;
        for _ in 0..=MAX_FILTER_DEPTH {
            filter = Filter::Not(Box::new(filter));
        }
        assert!(filter.check().is_err());
    }

    #[test]
    fn an_update_may_not_write_one_field_twice_or_the_id() {
        let twice = Update(vec![Change::Inc(path("a.b"), 1), Change::Unset(path("a"))]);
        assert!(twice.check().is_err());
        assert!(Update(vec![Change::Set(Path::id(), Bson::Null)]).check().is_err());
        assert!(Update(vec![]).check().is_err());
        assert!(Update(vec![Change::Inc(path("a"), 1), Change::Unset(path("b"))]).check().is_ok());
    }

    #[test]
    fn two_variants_of_one_product_may_change_in_one_update() {
        let of = |id: &str| Change::IncElement {
            array: path("variants"),
            key: path("id"),
            equals: id.into(),
            field: path("stock"),
            by: -1,
        };
        assert!(Update(vec![of("a"), of("b")]).check().is_ok());
        assert!(Update(vec![of("a"), of("a")]).check().is_err());
    }
}
