//! Translates updates to MongoDB.

use bson::{Bson, Document, doc};
use mongodb::options::UpdateOptions;
use protocol::{Change, Path, Scalar, Update};

/// Translates an update, with the conditions on array elements that it refers to.
pub(super) fn to_document(update: &Update) -> (Document, UpdateOptions) {
    let mut operators = Document::new();
    let mut conditions: Vec<Document> = Vec::new();
    for change in &update.0 {
        match change {
            Change::Set(path, value) => add(&mut operators, "$set", path.as_str(), value.clone()),
            Change::Unset(path) => add(&mut operators, "$unset", path.as_str(), true),
            Change::Inc(path, by) => add(&mut operators, "$inc", path.as_str(), *by),
            // A list of one, so that a document is pushed as a value and not read as a modifier.
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

/// The path of a field in the matching elements, and the condition that selects them.
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
