use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use serde_json::json;

use super::answer::Answer;
use crate::app::App;
use crate::health::StoreState;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

pub(super) async fn healthz() -> Answer {
    Answer::ok(JSON, json!({ "alive": true }).to_string().into_bytes())
}

/// Reports whether requests can be served, and what is missing. An unreachable broker is only a warning, because the
/// outbox keeps the events of transactions meanwhile.
pub(super) async fn readyz(State(app): State<Arc<App>>) -> Answer {
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
    Answer { status, media_type: JSON, body: body.to_string().into_bytes() }
}

/// Returns the counts that the dashboard shows, as JSON.
pub(super) async fn figures(State(app): State<Arc<App>>) -> Answer {
    match serde_json::to_vec(&app.figures()) {
        Ok(body) => Answer::ok(JSON, body),
        Err(_) => Answer { status: StatusCode::INTERNAL_SERVER_ERROR, media_type: JSON, body: Vec::new() },
    }
}

/// Returns the metrics for Prometheus.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Answer {
    Answer::ok(OPEN_METRICS, app.metrics().into_bytes())
}
