//! Finds the documents of a plan that match a filter.

use std::collections::HashSet;
use std::ops::ControlFlow;

use bson::RawDocument;
use protocol::{Direction, Filter};
use rusqlite::{Connection, Row};

use super::error::unreadable;
use super::matcher;
use super::plan::{IndexPlan, Plan};
use super::rows;
use crate::store::error::StoreError;

/// Takes the id and the document, and returns whether to go on.
type Visit<'a> = dyn FnMut(&str, &RawDocument) -> Result<ControlFlow<()>, StoreError> + 'a;

/// Takes the id and the encoded document, and returns whether to go on.
type VisitRow<'a> = dyn FnMut(&str, &[u8]) -> Result<ControlFlow<()>, StoreError> + 'a;

/// Visits each document that matches a filter once, in the order of the plan.
pub(super) fn each(
    connection: &Connection,
    collection: &str,
    plan: &Plan,
    filter: &Filter,
    visit: &mut Visit<'_>,
) -> Result<(), StoreError> {
    let mut visit_row = |id: &str, body: &[u8]| {
        let document = rows::parse(body)?;
        if matcher::matches(filter, document) { visit(id, document) } else { Ok(ControlFlow::Continue(())) }
    };
    match plan {
        Plan::Ids(ids) => {
            for id in ids {
                let Some(body) = rows::find(connection, collection, id)? else { continue };
                if visit_row(id, &body)?.is_break() {
                    break;
                }
            }
            Ok(())
        }
        Plan::Collection(direction) => {
            let sql = match direction {
                Direction::Ascending => "SELECT id, body FROM documents WHERE collection = ?1 ORDER BY id",
                Direction::Descending => {
                    "SELECT id, body FROM documents WHERE collection = ?1 ORDER BY id DESC"
                }
            };
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query([collection])?;
            while let Some(row) = rows.next()? {
                if read(row, &mut visit_row)?.is_break() {
                    break;
                }
            }
            Ok(())
        }
        Plan::Index(plan) => each_in_index(connection, collection, plan, &mut visit_row),
    }
}

fn each_in_index(
    connection: &Connection,
    collection: &str,
    plan: &IndexPlan,
    visit_row: &mut VisitRow<'_>,
) -> Result<(), StoreError> {
    let order = match plan.order {
        None => "",
        Some((Direction::Ascending, Direction::Ascending)) => " ORDER BY e.key, e.id",
        Some((Direction::Ascending, Direction::Descending)) => " ORDER BY e.key, e.id DESC",
        Some((Direction::Descending, Direction::Ascending)) => " ORDER BY e.key DESC, e.id",
        Some((Direction::Descending, Direction::Descending)) => " ORDER BY e.key DESC, e.id DESC",
    };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT d.id, d.body FROM entries e CROSS JOIN documents d ON d.collection = ?1 AND d.id = e.id
         WHERE e.number = ?2 AND e.key >= ?3 AND e.key < ?4{order}"
    ))?;
    let mut seen = HashSet::new();
    for (lower, upper) in &plan.ranges {
        let mut rows = statement.query((collection, plan.number, lower, upper))?;
        while let Some(row) = rows.next()? {
            if plan.many && !seen.insert(row.get::<_, String>(0)?) {
                continue;
            }
            if read(row, visit_row)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn read(row: &Row<'_>, visit_row: &mut VisitRow<'_>) -> Result<ControlFlow<()>, StoreError> {
    let (id, body) = (row.get_ref(0)?.as_str(), row.get_ref(1)?.as_blob());
    visit_row(id.map_err(unreadable)?, body.map_err(unreadable)?)
}
