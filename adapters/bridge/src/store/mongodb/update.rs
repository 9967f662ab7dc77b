//! Updates as MongoDB writes them.

use bson::{Bson, Document, doc};
use mongodb::options::UpdateOptions;
use protocol::{Change, Path, Scalar, Update};

/// An update as MongoDB writes it, and the conditions on array elements that it refers to.
pub(super) fn to_document(update: &Update) -> (Document, UpdateOptions) {
    let mut operators = Document::new();
    let mut conditions: Vec<Document> = Vec::new();
    for change in &update.0 {
        match change {
            Change::Set(path, value) => add(&mut operators, "$set", path.as_str(), value.clone()),
            Change::Unset(path) => add(&mut operators, "$unset", path.as_str(), true),
            Change::Inc(path, by) => add(&mut operators, "$inc", path.as_str(), *by),
            // As a list of one, so that a document is a value and never a modifier.
            Change::Push(path, value) => {
                add(&mut operators, "$push", path.as_str(), doc! { "$each": [value.clone()] });
            }
            Change::Pull(path, value) => add(&mut operators, "$pull", path.as_str(), value.clone()),
            Change::IncElement { array, key, equals, field, by } => {
                let target = element(array, key, equals, field, &mut conditions);
                add(&mut operators, "$inc", &target, *by);
            }
            Change::SetElement { array, key, equals, field, value } => {
                let target = element(array, key, equals, field, &mut conditions);
                add(&mut operators, "$set", &target, value.clone());
            }
        }
    }
    let conditions = (!conditions.is_empty()).then_some(conditions);
    (operators, UpdateOptions::builder().array_filters(conditions).build())
}

fn add(operators: &mut Document, operator: &str, path: &str, value: impl Into<Bson>) {
    let fields = operators.entry(operator).or_insert_with(|| Bson::Document(Document::new()));
    if let Bson::Document(fields) = fields {
        fields.insert(path, value);
    }
}

/// The field of the elements whose key equals the value, and the condition that tells them.
fn element(
    array: &Path,
    key: &Path,
    equals: &Scalar,
    field: &Path,
    conditions: &mut Vec<Document>,
) -> String {
    let name = format!("e{}", conditions.len());
    let mut condition = Document::new();
    condition.insert(format!("{name}.{key}"), equals.clone());
    conditions.push(condition);
    format!("{array}.$[{name}].{field}")
}
