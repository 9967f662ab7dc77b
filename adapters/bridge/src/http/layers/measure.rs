use std::sync::Arc;
use std::time::Instant;

use axum::extract::Request;
use axum::response::Response;

use super::around::Around;
use crate::app::App;
use crate::http::function::Function;
use crate::http::operation::Operation;
use crate::http::refusal::Refusal;
use crate::metrics::{OperationLabels, RequestLabels};

/// Counts requests and how long they take.
#[derive(Clone)]
pub(in crate::http) struct Measure {
    pub(in crate::http) app: Arc<App>,
}

pub(in crate::http) struct Measured {
    started: Instant,
    operation: &'static str,
    function: String,
}

impl Around for Measure {
    type Kept = Measured;

    fn before(&self, request: &mut Request) -> Result<Measured, Refusal> {
        let (operation, started) = (Operation::requested(request).name(), Instant::now());
        let function = Function::name_in(request.extensions()).to_owned();
        Ok(Measured { started, operation, function })
    }

    fn after(&self, Measured { started, operation, function }: Measured, response: &mut Response) {
        let (metrics, status) = (&self.app.metrics, response.status().as_u16());
        metrics.requests.get_or_create(&RequestLabels { operation, function, status }).inc();
        let seconds = started.elapsed().as_secs_f64();
        metrics.request_time.get_or_create(&OperationLabels { operation }).observe(seconds);
    }
}
