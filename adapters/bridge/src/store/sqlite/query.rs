//! Answers queries, each from one snapshot of the file.

use std::ops::ControlFlow;

use bson::{RawDocument, RawDocumentBuf};
use protocol::{Cursor, Direction, Filter, Path, Query, QueryResult, SortKey};
use rusqlite::Connection;

use super::error::unreadable;
use super::index::{self, StoredIndex};
use super::plan::{self, Chosen};
use super::{entry, facet, rows, scan};
use crate::store::error::StoreError;
use crate::store::page;
use crate::store::unfit::Unfit;

/// How many matches are collected beyond those wanted before the rest is dropped.
const SLACK: usize = 1024;

pub(super) fn answer(
    connection: &mut Connection,
    query: &Query,
) -> Result<QueryResult<RawDocumentBuf>, StoreError> {
    let snapshot = connection.transaction()?;
    let indexes = index::read(&snapshot, query.collection.as_str())?;
    let (documents, next) =
        if query.limit == 0 { (Vec::new(), None) } else { page(&snapshot, query, &indexes)? };
    let total = if query.total { Some(count(&snapshot, query, &indexes)?) } else { None };
    let facets =
        query.facets.iter().map(|facet| facet::count(&snapshot, query.collection.as_str(), facet, &indexes));
    Ok(QueryResult { documents, total, next, facets: facets.collect::<Result<_, _>>()? })
}

fn page(
    connection: &Connection,
    query: &Query,
    indexes: &[StoredIndex],
) -> Result<(Vec<RawDocumentBuf>, Option<Cursor>), StoreError> {
    let filter = query.filter_after().ok_or(Unfit::Cursor)?;
    let order = query.total_order();
    let chosen = plan::choose(&filter, Some(&order), indexes);
    let (skip, limit) = (query.skip as usize, query.limit as usize);
    let mut found = if chosen.ordered {
        in_order(connection, query, &filter, &chosen, skip, limit + 1)?
    } else {
        let mut all = sorted(connection, query, &filter, &chosen, &order, skip + limit + 1)?;
        all.drain(..skip.min(all.len()));
        all
    };
    let more = found.len() > limit;
    found.truncate(limit);
    let next = match found.last() {
        Some(last) if more => page::cursor_at(rows::parse(last)?, &order),
        _ => None,
    };
    let fields = |body: Vec<u8>| {
        if query.fields.is_empty() {
            RawDocumentBuf::from_bytes(body).map_err(unreadable)
        } else {
            Ok(page::project(rows::parse(&body)?, &query.fields))
        }
    };
    Ok((found.into_iter().map(fields).collect::<Result<_, _>>()?, next))
}

fn in_order(
    connection: &Connection,
    query: &Query,
    filter: &Filter,
    chosen: &Chosen,
    skip: usize,
    wanted: usize,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut skipped = 0;
    let mut found: Vec<Vec<u8>> = Vec::new();
    scan::each(connection, query.collection.as_str(), &chosen.plan, filter, &mut |_, document| {
        if skipped < skip {
            skipped += 1;
        } else {
            found.push(document.as_bytes().to_vec());
        }
        Ok(if found.len() == wanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(found)
}

fn sorted(
    connection: &Connection,
    query: &Query,
    filter: &Filter,
    chosen: &Chosen,
    order: &[SortKey],
    wanted: usize,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let paths: Vec<Path> = order.iter().map(|key| key.path.clone()).collect();
    let mut found: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    scan::each(connection, query.collection.as_str(), &chosen.plan, filter, &mut |_, document| {
        found.push((sort_key(document, order, &paths)?, document.as_bytes().to_vec()));
        if found.len() > 2 * wanted + SLACK {
            found.sort_unstable();
            found.truncate(wanted);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    found.sort_unstable();
    found.truncate(wanted);
    Ok(found.into_iter().map(|(_, body)| body).collect())
}

/// Encodes the position of a document in the order. The first element of an array decides.
fn sort_key(document: &RawDocument, order: &[SortKey], paths: &[Path]) -> Result<Vec<u8>, StoreError> {
    let combinations = entry::combinations(document, paths).map_err(|_| Unfit::ParallelSort)?;
    let directed = combinations.into_iter().map(|mut parts| {
        for (part, key) in parts.iter_mut().zip(order) {
            if key.direction == Direction::Descending {
                for byte in part {
                    *byte = !*byte;
                }
            }
        }
        parts.concat()
    });
    Ok(directed.min().unwrap_or_default())
}

fn count(connection: &Connection, query: &Query, indexes: &[StoredIndex]) -> Result<u64, StoreError> {
    if query.filter == Filter::All {
        let mut statement =
            connection.prepare_cached("SELECT count(*) FROM documents WHERE collection = ?1")?;
        let count: i64 = statement.query_row([query.collection.as_str()], |row| row.get(0))?;
        return Ok(count.cast_unsigned());
    }
    let chosen = plan::choose(&query.filter, None, indexes);
    let mut count = 0;
    scan::each(connection, query.collection.as_str(), &chosen.plan, &query.filter, &mut |_, _| {
        count += 1;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(count)
}
