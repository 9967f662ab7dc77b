//! Finding the documents of a plan that a filter means.

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

/// What is done with each document: its id and itself, until it says to stop.
type Visit<'a> = dyn FnMut(&str, &RawDocument) -> Result<ControlFlow<()>, StoreError> + 'a;

/// What is done with each row: its id and its body, likewise.
type VisitRow<'a> = dyn FnMut(&str, &[u8]) -> Result<ControlFlow<()>, StoreError> + 'a;

/// Visits each document that a filter means, in the plan's order, once.
pub(super) fn each(
    connection: &Connection,
    collection: &str,
    plan: &Plan,
    filter: &Filter,
    visit: &mut Visit<'_>,
) -> Result<(), StoreError> {
    let mut held = |id: &str, body: &[u8]| {
        let document = rows::parse(body)?;
        if matcher::matches(filter, document) { visit(id, document) } else { Ok(ControlFlow::Continue(())) }
    };
    match plan {
        Plan::Ids(ids) => {
            for id in ids {
                let Some(body) = rows::find(connection, collection, id)? else { continue };
                if held(id, &body)?.is_break() {
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
                if read(row, &mut held)?.is_break() {
                    break;
                }
            }
            Ok(())
        }
        Plan::Index(plan) => each_in_index(connection, collection, plan, &mut held),
    }
}

fn each_in_index(
    connection: &Connection,
    collection: &str,
    plan: &IndexPlan,
    held: &mut VisitRow<'_>,
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
            if read(row, held)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn read(row: &Row<'_>, held: &mut VisitRow<'_>) -> Result<ControlFlow<()>, StoreError> {
    let (id, body) = (row.get_ref(0)?.as_str(), row.get_ref(1)?.as_blob());
    held(id.map_err(unreadable)?, body.map_err(unreadable)?)
}
