//! Answers a query.

use std::time::Duration;

use bson::{Bson, Document, RawDocument, RawDocumentBuf, doc};
use futures::future::try_join_all;
use futures::{StreamExt, try_join};
use mongodb::error::Error;
use mongodb::{Collection, Database};
use protocol::{Direction, Filter, Path, Query, QueryResult, SortKey};

use super::error::unreadable;
use super::{error, facet, filter};
use crate::store::error::StoreError;
use crate::store::page;
use crate::store::unfit::Unfit;

/// Answers a query, with its documents, total and facets read concurrently.
pub(super) async fn answer(
    database: &Database,
    query: &Query,
    max_time: Duration,
) -> Result<QueryResult<RawDocumentBuf>, StoreError> {
    let collection = database.collection::<Document>(query.collection.as_str());
    let order = query.total_order();
    let (mut documents, total, facets) = try_join!(
        find(&collection, query, &order, max_time),
        count(&collection, query, max_time),
        try_join_all(query.facets.iter().map(|asked| facet::count(&collection, asked, max_time))),
    )?;
    let limit = query.limit as usize;
    let more = documents.len() > limit;
    documents.truncate(limit);
    let next = documents.last().filter(|_| more).and_then(|last| page::cursor_at(last, &order));
    if page::fields_to_read(&query.fields, &order).1 {
        documents = documents.iter().map(|document| page::project(document, &query.fields)).collect();
    }
    Ok(QueryResult { documents, total, next, facets })
}

/// Finds the documents of the page, and one more if there is one.
async fn find(
    collection: &Collection<Document>,
    query: &Query,
    order: &[SortKey],
    max_time: Duration,
) -> Result<Vec<RawDocumentBuf>, StoreError> {
    if query.limit == 0 {
        return Ok(Vec::new());
    }
    let condition = query.filter_after().ok_or(Unfit::Cursor)?;
    let mut sort = Document::new();
    for key in order {
        let direction = if key.direction == Direction::Ascending { 1 } else { -1 };
        // If a field is named twice, its first direction counts.
        sort.entry(key.path.as_str()).or_insert(direction.into());
    }
    let (fields, _) = page::fields_to_read(&query.fields, order);
    let wanted = query.limit + 1;
    let mut find = collection
        .find(filter::to_document(&condition))
        .sort(sort)
        .limit(wanted.into())
        .batch_size(wanted)
        .max_time(max_time);
    if query.skip > 0 {
        find = find.skip(query.skip.into());
    }
    if !fields.is_empty() {
        find = find.projection(fields.iter().map(projected).collect::<Document>());
    }
    let failed = |error: Error| error::to_store_error(&error);
    let mut batches = find.batch().await.map_err(failed)?;
    let mut documents = Vec::with_capacity(wanted as usize);
    while let Some(batch) = batches.next().await {
        let batch = batch.map_err(failed)?;
        for document in batch.doc_slices().map_err(failed)? {
            let document = document.map_err(unreadable)?.as_document().map(RawDocument::to_owned);
            documents.extend(document);
        }
    }
    Ok(documents)
}

fn projected(path: &Path) -> (String, Bson) {
    (path.as_str().to_owned(), 1.into())
}

async fn count(
    collection: &Collection<Document>,
    query: &Query,
    max_time: Duration,
) -> Result<Option<u64>, StoreError> {
    if !query.total {
        return Ok(None);
    }
    let condition = match &query.filter {
        // This matches the same documents, but is counted in the index of ids.
        Filter::All => doc! { "_id": { "$gte": Bson::MinKey } },
        filter => filter::to_document(filter),
    };
    let count = collection.count_documents(condition).max_time(max_time).await;
    count.map(Some).map_err(|error| error::to_store_error(&error))
}
