use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;
use crate::http::function::Function;
use crate::http::operation::Operation;
use crate::metrics::{OperationLabels, RequestLabels};

/// Counts requests and how long they take.
pub(in crate::http) async fn measure(
    State(app): State<Arc<App>>,
    operation: Operation,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let function = Function::name_in(request.extensions()).to_owned();
    let response = next.run(request).await;
    let (operation, status) = (operation.name(), response.status().as_u16());
    app.metrics.requests.get_or_create(&RequestLabels { operation, function, status }).inc();
    let seconds = started.elapsed().as_secs_f64();
    app.metrics.request_time.get_or_create(&OperationLabels { operation }).observe(seconds);
    response
}
