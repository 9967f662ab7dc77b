use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::timeout;

use crate::app::App;
use crate::http::refusal::Refusal;

/// Gives up on a request that takes too long, its body included.
pub(in crate::http) async fn limit_time(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    timeout(app.config.settings.request_timeout.get(), next.run(request))
        .await
        .map_err(|_| Refusal::unavailable("it took too long; whether it was done is not known"))
}
