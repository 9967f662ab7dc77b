use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::call::respond_with;
use crate::app::App;
use crate::health::StoreState;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Whether the process is alive.
pub(super) async fn healthz() -> Response {
    respond_with(StatusCode::OK, JSON, json!({ "alive": true }).to_string().into_bytes())
}

/// Whether requests can be served, and what is missing. A broker that is away is only a warning: transactions go on,
/// and the outbox holds their events.
pub(super) async fn readyz(State(app): State<Arc<App>>) -> Response {
    let store = match app.health.store() {
        StoreState::Unprepared => "not prepared",
        StoreState::Up => "up",
        StoreState::Down => "down",
    };
    let broker_up = app.broker.is_up();
    let ready = app.health.is_ready();
    let body = json!({
        "ready": ready,
        "store": store,
        "broker": if broker_up { "up" } else { "down" },
        "draining": app.health.is_draining(),
        "warnings": if broker_up { json!([]) } else { json!(["broker"]) },
    });
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    respond_with(status, JSON, body.to_string().into_bytes())
}

/// What is counted, as JSON, for a page that a person reads.
pub(super) async fn figures(State(app): State<Arc<App>>) -> Response {
    match serde_json::to_vec(&app.figures()) {
        Ok(body) => respond_with(StatusCode::OK, JSON, body),
        Err(_) => respond_with(StatusCode::INTERNAL_SERVER_ERROR, JSON, Vec::new()),
    }
}

/// Counters for Prometheus.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    respond_with(StatusCode::OK, OPEN_METRICS, app.metrics().into_bytes())
}
