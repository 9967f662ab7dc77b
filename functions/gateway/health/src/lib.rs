//! Whether the shop can serve.
//!
//! Answers for the path a request takes: this component, and the bridge behind it.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use kit::{Context, Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;

kit::component!(health);

/// Whether the shop can serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It can.
    Ok,
    /// Something it needs is down.
    Unavailable,
}

/// The shop's health.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Health {
    status: Status,
}

/// Whether the shop can serve.
#[utoipa::path(get, path = "/health", tag = "gateway", responses(
    (status = 200, description = "It can serve.", body = Health),
    (status = 503, description = "Something it needs is down.", body = Health),
))]
pub async fn health(context: Context) -> Result<Response, Problem> {
    let (code, status) = if context.bridge_is_ready().await? {
        (StatusCode::OK, Status::Ok)
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, Status::Unavailable)
    };
    Ok((code, Json(Health { status })).into_response())
}
