//! The bridge's routes.

mod auth;
mod blobs;
mod body;
mod call;
mod media;
mod probes;
mod query;
mod refusal;
mod splice;
mod transact;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post, put};
use protocol::FailureCode;

use crate::app::App;
use call::Call;
use refusal::Refusal;

pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v1/query", post(query))
        .route("/v1/transact", post(transact))
        .route("/v1/blobs/{id}", put(blobs::put).get(blobs::get))
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .route("/metrics", get(probes::metrics))
        .route("/figures", get(probes::figures))
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
}

async fn query(State(app): State<Arc<App>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let call = Call::of("query", &head.headers, app);
    let run = query::run(&call, &head.headers, body);
    call.answer(run).await
}

async fn transact(State(app): State<Arc<App>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let call = Call::of("transact", &head.headers, app);
    let run = transact::run(&call, &head.headers, body);
    call.answer(run).await
}

async fn nowhere(State(app): State<Arc<App>>, request: Request) -> Response {
    let refusal = Refusal::new(StatusCode::NOT_FOUND, FailureCode::NotFound, "there is no such route");
    Call::of("none", request.headers(), app).refuse(refusal)
}

async fn wrong_method(State(app): State<Arc<App>>, request: Request) -> Response {
    let refusal = Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        FailureCode::Malformed,
        "this route does not take this method",
    );
    Call::of("none", request.headers(), app).refuse(refusal)
}
