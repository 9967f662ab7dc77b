use application::{Access, Grant};
use axum::body::Body;
use axum::http::HeaderMap;
use bson::{Document, RawDocumentBuf};
use futures::future::try_join_all;
use protocol::{QueryAnswer, QueryRequest, QueryResult};

use super::body;
use super::call::{Call, Failed};
use super::media::Media;
use super::refusal::Refusal;
use super::splice::splice;

pub(super) async fn run(call: &Call, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Failed> {
    let request: QueryRequest = body::read(headers, body).await?;
    if call.is_traced() {
        let collections: Vec<_> = request.queries.iter().map(|query| &query.collection).collect();
        call.describe(&collections, &about(&request));
    }
    answer(call, &request, Media::of_answer(headers))
        .await
        .map_err(|refusal| Failed { refusal, about: about(&request) })
}

async fn answer(call: &Call, request: &QueryRequest, media: Media) -> Result<Vec<u8>, Refusal> {
    for query in &request.queries {
        call.require(&Grant::Collection(query.collection.clone(), Access::Read))?;
    }
    let results = try_join_all(request.queries.iter().map(|query| call.app.store.query(query))).await?;
    match media {
        Media::Bson => splice(&results).map_err(Refusal::internal),
        Media::Json => {
            let results = results.into_iter().map(decode).collect::<Result<_, _>>()?;
            media.encode(&QueryAnswer::<Document> { results })
        }
    }
}

fn decode(result: QueryResult<RawDocumentBuf>) -> Result<QueryResult<Document>, Refusal> {
    let decoded =
        result.documents.iter().map(|raw| Document::try_from(raw.as_ref()).map_err(Refusal::internal));
    Ok(QueryResult {
        documents: decoded.collect::<Result<_, _>>()?,
        total: result.total,
        next: result.next,
        facets: result.facets,
    })
}

fn about(request: &QueryRequest) -> String {
    let collections: Vec<_> = request.queries.iter().map(|query| query.collection.as_str()).collect();
    collections.join(" ")
}
