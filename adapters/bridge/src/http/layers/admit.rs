use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use tokio::sync::OwnedSemaphorePermit;

use super::around::Around;
use crate::app::App;
use crate::health::StoreState;
use crate::http::function::Function;
use crate::http::refusal::Refusal;

/// A share of a request's permit. The request counts as in flight until the last share is dropped, so an answer that
/// is streamed keeps one.
#[derive(Clone)]
pub(in crate::http) struct Permit {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// Lets a request in if its function is known, the bridge can serve, and there is a permit left.
#[derive(Clone)]
pub(in crate::http) struct Admit {
    pub(in crate::http) app: Arc<App>,
}

impl Around for Admit {
    type Kept = Permit;

    fn before(&self, request: &mut Request) -> Result<Permit, Refusal> {
        let app = &self.app;
        if request.extensions().get::<Function>().is_none() {
            return Err(Refusal::unauthenticated());
        }
        if app.health.is_draining() {
            return Err(Refusal::unavailable("the bridge is shutting down"));
        }
        if app.health.store() == StoreState::Unprepared {
            return Err(Refusal::unavailable("the store is not ready yet"));
        }
        let permit = Arc::clone(&app.gate).try_acquire_owned().map_err(|_| {
            app.metrics.shed.inc();
            Refusal::unavailable("too many requests are in flight")
        })?;
        let permit = Permit { _permit: Arc::new(permit) };
        request.extensions_mut().insert(permit.clone());
        Ok(permit)
    }

    fn after(&self, permit: Permit, _: &mut Response) {
        drop(permit);
    }
}
