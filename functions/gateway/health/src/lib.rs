//! Whether the shop can serve.
//!
//! Answers for the path a request takes: this component, and the bridge behind it.

use kit::{BridgeProbe, Json};
use serde::Serialize;
use utoipa::ToSchema;
use values::{Fault, Problem};

kit::component!(health);

/// The shop can serve.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    status: &'static str,
}

/// Whether the shop can serve.
#[kit::endpoint(GET "/health")]
pub async fn health(bridge: BridgeProbe) -> Result<Json<Health>, Problem> {
    if bridge.is_ready().await {
        Ok(Json(Health { status: "ok" }))
    } else {
        Err(Fault::unavailable("the bridge is not ready").into())
    }
}
