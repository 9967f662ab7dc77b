//! Delivers events from the bridge in this process to functions, without a socket.

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Request};
use http_body_util::{BodyExt as _, Full};
use mcommerce_bridge::{Deliver, DeliveryOutcome, EVENT_MEDIA_TYPE, FunctionToken};
use mcommerce_telemetry::{TRACEPARENT, Traceparent, traceparent_header};
use tokio::sync::SetOnce;

use crate::app::App;
use crate::outbound::NEIGHBOUR_SUFFIX;

/// Delivers to an application that is connected later, because the bridge starts while components are still being
/// compiled. Events that are due before then wait.
#[derive(Clone, Default)]
pub(crate) struct InProcess(Arc<SetOnce<Weak<App>>>);

impl InProcess {
    /// Sets the application.
    pub(crate) fn connect(&self, app: &Arc<App>) {
        // Only `Shop::start` calls this, once.
        let _ = self.0.set(Arc::downgrade(app));
    }
}

#[async_trait]
impl Deliver for InProcess {
    async fn deliver(
        &self,
        function: &str,
        path: &str,
        token: &FunctionToken,
        traceparent: Option<&Traceparent>,
        event_json: Bytes,
        timeout: Duration,
    ) -> DeliveryOutcome {
        let Ok(app) = tokio::time::timeout(timeout, self.0.wait()).await else {
            return DeliveryOutcome::Unreachable("the shop is starting".to_owned());
        };
        let Some(app) = app.upgrade() else {
            return DeliveryOutcome::Unreachable("the shop is stopping".to_owned());
        };
        let mut request = Request::post(format!("http://{function}{NEIGHBOUR_SUFFIX}{path}"))
            .header(CONTENT_TYPE, EVENT_MEDIA_TYPE)
            .header(CONTENT_LENGTH, event_json.len());
        if let Ok(mut bearer) = HeaderValue::try_from(format!("Bearer {}", token.expose())) {
            bearer.set_sensitive(true);
            request = request.header(AUTHORIZATION, bearer);
        }
        if let Some(traceparent) = traceparent {
            request = request.header(TRACEPARENT, traceparent_header(traceparent));
        }
        let body = Full::new(event_json).map_err(|never| match never {}).boxed_unsync();
        let request = match request.body(body) {
            Ok(request) => request,
            Err(error) => return DeliveryOutcome::Unreachable(error.to_string()),
        };
        match tokio::time::timeout(timeout, app.route_inside(request)).await {
            Ok(Ok(response)) => DeliveryOutcome::Answered(response.status().as_u16()),
            Ok(Err(problem)) => DeliveryOutcome::Answered(problem.response(None).status().as_u16()),
            Err(_) => DeliveryOutcome::TimedOut,
        }
    }
}
