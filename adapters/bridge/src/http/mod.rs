//! The bridge's routes, and the layers around them.

mod answer;
mod blobs;
mod checked;
mod declared_length;
mod describe;
mod function;
mod layers;
mod media;
mod operation;
mod probes;
mod query;
mod refusal;
mod splice;
mod transact;

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler as _;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post, put};
use protocol::FailureCode;
use tower::ServiceBuilder;

use crate::app::App;
use layers::{Admit, AroundLayer, Authenticate, Log, Measure, Render, Trace, limit_time};
use operation::{BLOB, QUERY, TRANSACT};
use query::query;
use refusal::Refusal;
use transact::transact;

pub(crate) fn router(app: Arc<App>) -> Router {
    // In each stack, the first layer is the outermost.
    let observed = ServiceBuilder::new()
        .layer(AroundLayer(Authenticate { app: Arc::clone(&app) }))
        .layer(AroundLayer(Trace))
        .layer(AroundLayer(Measure { app: Arc::clone(&app) }))
        .layer(AroundLayer(Log))
        .layer(AroundLayer(Render));
    let admitted = ServiceBuilder::new()
        .layer(AroundLayer(Admit { app: Arc::clone(&app) }))
        .layer(from_fn_with_state(Arc::clone(&app), limit_time));
    let admitted = |methods: MethodRouter<Arc<App>>| methods.route_layer(admitted.clone());

    let functions = Router::new()
        .route(QUERY, admitted(post(query)))
        .route(TRANSACT, admitted(post(transact)))
        .route(BLOB, admitted(put(blobs::put).get(blobs::get)))
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(observed.clone());
    // Probes are neither traced nor counted, because they are frequent and no function asks for them.
    let probes = Router::new()
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .route("/metrics", get(probes::metrics))
        .route("/figures", get(probes::figures))
        .method_not_allowed_fallback(wrong_method.layer(observed));
    functions.merge(probes).with_state(app)
}

async fn unknown_route() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, FailureCode::NotFound, "there is no such route")
}

async fn wrong_method() -> Refusal {
    let detail = "this route doesn't support this method";
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, FailureCode::Malformed, detail)
}
