use std::sync::Arc;

use application::{Access, Grant};
use axum::extract::State;
use bson::{Document, RawDocumentBuf};
use futures::future::try_join_all;
use protocol::{QueryAnswer, QueryRequest, QueryResult};

use super::answer::Answer;
use super::checked::Checked;
use super::describe::describe;
use super::function::Function;
use super::media::Media;
use super::refusal::Refusal;
use super::splice::splice;
use crate::app::App;

pub(super) async fn query(
    State(app): State<Arc<App>>,
    function: Function,
    media: Media,
    Checked(request): Checked<QueryRequest>,
) -> Result<Answer, Refusal> {
    describe("query", request.queries.iter().map(|query| &query.collection), || summarise(&request));
    let body = run(&app, &function, &request, media).await;
    let body = body.map_err(|refusal| refusal.about(summarise(&request)))?;
    Ok(Answer::ok(media.header(), body))
}

async fn run(
    app: &App,
    function: &Function,
    request: &QueryRequest,
    media: Media,
) -> Result<Vec<u8>, Refusal> {
    for query in &request.queries {
        function.require(&app.grants, &Grant::Collection(query.collection.clone(), Access::Read))?;
    }
    let results = try_join_all(request.queries.iter().map(|query| app.store.query(query))).await?;
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

fn summarise(request: &QueryRequest) -> String {
    let collections: Vec<_> = request.queries.iter().map(|query| query.collection.as_str()).collect();
    collections.join(" ")
}
