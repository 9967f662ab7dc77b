//! Applies updates to documents exactly as MongoDB does.

use bson::{Bson, Document, RawBson, RawBsonRef};
use protocol::{Change, Path, Scalar, Update};

use super::matcher;
use crate::store::unfit::UnfitOperation;

/// A change of some elements of an array.
struct ElementChange<'a> {
    key: &'a Path,
    equals: &'a Scalar,
    field: &'a Path,
    effect: Effect<'a>,
}

enum Effect<'a> {
    Set(&'a Bson),
    Inc(i64),
}

/// Applies an update. After an error the document is left in between and must not be used.
pub(super) fn apply(update: &Update, document: &mut Document) -> Result<(), UnfitOperation> {
    // MongoDB adds missing fields in the order of their names, not of the request.
    let mut changes: Vec<&Change> = update.0.iter().collect();
    changes.sort_by(|a, b| a.target().segments().cmp(b.target().segments()));
    for together in changes.chunk_by(|a, b| a.target() == b.target()) {
        let elements: Vec<ElementChange<'_>> =
            together.iter().filter_map(|change| element_change(change)).collect();
        match together {
            [change] if elements.is_empty() => apply_one(change, document)?,
            [change, ..] => apply_to_elements(change.target(), elements, document)?,
            [] => {}
        }
    }
    Ok(())
}

fn element_change(change: &Change) -> Option<ElementChange<'_>> {
    match change {
        Change::IncElement { key, equals, field, by, .. } => {
            Some(ElementChange { key, equals, field, effect: Effect::Inc(*by) })
        }
        Change::SetElement { key, equals, field, value, .. } => {
            Some(ElementChange { key, equals, field, effect: Effect::Set(value) })
        }
        _ => None,
    }
}

fn apply_one(change: &Change, document: &mut Document) -> Result<(), UnfitOperation> {
    match change {
        Change::Set(path, value) => {
            let (parent, name) = find_or_create_parent(document, path)?;
            parent.insert(name, value.clone());
        }
        Change::Inc(path, by) => {
            let (parent, name) = find_or_create_parent(document, path)?;
            increase(parent, name, *by, path)?;
        }
        Change::Push(path, value) => {
            let (parent, name) = find_or_create_parent(document, path)?;
            match parent.get_mut(name) {
                None => drop(parent.insert(name, vec![value.clone()])),
                Some(Bson::Array(array)) => array.push(value.clone()),
                Some(_) => return Err(UnfitOperation::NotAnArray(path.clone())),
            }
        }
        // A path through a value that is not a document leads to nothing that could be removed.
        Change::Unset(path) => {
            if let Ok(Some((parent, name))) = find_parent(document, path) {
                parent.remove(name);
            }
        }
        Change::Pull(path, value) => {
            match find_parent(document, path)?.and_then(|(parent, name)| parent.get_mut(name)) {
                None => {}
                Some(Bson::Array(array)) => array.retain(|element| !equals(element, value)),
                Some(_) => return Err(UnfitOperation::NotAnArray(path.clone())),
            }
        }
        Change::IncElement { .. } | Change::SetElement { .. } => {}
    }
    Ok(())
}

fn apply_to_elements(
    path: &Path,
    mut changes: Vec<ElementChange<'_>>,
    document: &mut Document,
) -> Result<(), UnfitOperation> {
    let found = find_parent(document, path)?.and_then(|(parent, name)| parent.get_mut(name));
    let Some(Bson::Array(array)) = found else { return Err(UnfitOperation::NotAnArray(path.clone())) };
    changes.sort_by(|a, b| a.field.segments().cmp(b.field.segments()));
    for element in array {
        let concerning: Vec<&ElementChange<'_>> =
            changes.iter().filter(|change| change.concerns(element)).collect();
        if concerning.windows(2).any(|pair| matches!(pair, [a, b] if a.field.overlaps(b.field))) {
            return Err(UnfitOperation::ElementChangedTwice(path.clone()));
        }
        for change in concerning {
            let Bson::Document(element) = &mut *element else {
                return Err(UnfitOperation::ElementNotADocument(path.clone()));
            };
            let (parent, name) = find_or_create_parent(element, change.field)?;
            match change.effect {
                Effect::Set(value) => drop(parent.insert(name, value.clone())),
                Effect::Inc(by) => {
                    increase(parent, name, by, change.field)?;
                }
            }
        }
    }
    Ok(())
}

impl ElementChange<'_> {
    /// Whether the change concerns an element: whether its key equals the value, compared as in a filter.
    fn concerns(&self, element: &Bson) -> bool {
        RawBson::try_from(element.clone())
            .is_ok_and(|element| matcher::equals_within(element.as_raw_bson_ref(), self.key, self.equals))
    }
}

/// Finds the document with the path's last segment, and creates missing documents on the way.
fn find_or_create_parent<'d, 'p>(
    document: &'d mut Document,
    path: &'p Path,
) -> Result<(&'d mut Document, &'p str), UnfitOperation> {
    let mut parent = document;
    let mut segments = path.segments().peekable();
    loop {
        let name = segments.next().unwrap_or_default();
        if segments.peek().is_none() {
            return Ok((parent, name));
        }
        match parent.entry(name).or_insert_with(|| Bson::Document(Document::new())) {
            Bson::Document(inner) => parent = inner,
            _ => return Err(not_viable(path)),
        }
    }
}

/// Finds the document with the path's last segment.
fn find_parent<'d, 'p>(
    document: &'d mut Document,
    path: &'p Path,
) -> Result<Option<(&'d mut Document, &'p str)>, UnfitOperation> {
    let mut parent = document;
    let mut segments = path.segments().peekable();
    loop {
        let name = segments.next().unwrap_or_default();
        if segments.peek().is_none() {
            return Ok(Some((parent, name)));
        }
        match parent.get_mut(name) {
            None => return Ok(None),
            Some(Bson::Document(inner)) => parent = inner,
            Some(_) => return Err(not_viable(path)),
        }
    }
}

fn not_viable(path: &Path) -> UnfitOperation {
    UnfitOperation::NotWithinADocument(path.clone())
}

#[expect(clippy::cast_precision_loss, reason = "a double plus a whole number is a double, as MongoDB has it")]
fn increase(parent: &mut Document, name: &str, by: i64, path: &Path) -> Result<(), UnfitOperation> {
    let overflow = || UnfitOperation::Overflow(path.clone());
    let sum = match parent.get(name) {
        None => Bson::Int64(by),
        Some(Bson::Int32(value)) => Bson::Int64(i64::from(*value).checked_add(by).ok_or_else(overflow)?),
        Some(Bson::Int64(value)) => Bson::Int64(value.checked_add(by).ok_or_else(overflow)?),
        Some(Bson::Double(value)) => Bson::Double(value + by as f64),
        Some(_) => return Err(UnfitOperation::NotANumber(path.clone())),
    };
    parent.insert(name, sum);
    Ok(())
}

/// Whether an element itself equals a scalar, not one of its own elements.
fn equals(element: &Bson, scalar: &Scalar) -> bool {
    let value = match element {
        Bson::Null => RawBsonRef::Null,
        Bson::Boolean(value) => RawBsonRef::Boolean(*value),
        Bson::Int32(value) => RawBsonRef::Int32(*value),
        Bson::Int64(value) => RawBsonRef::Int64(*value),
        Bson::Double(value) => RawBsonRef::Double(*value),
        Bson::String(value) => RawBsonRef::String(value),
        Bson::DateTime(value) => RawBsonRef::DateTime(*value),
        _ => return false,
    };
    matcher::equals(Some(value), scalar)
}
