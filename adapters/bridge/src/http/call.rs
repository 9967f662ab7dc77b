use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use application::Grant;
use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use mcommerce_telemetry::{
    SpanExt as _, TRACEPARENT, Traceparent, random_traceparent, traceparent_from, traceparent_header,
};
use protocol::{CollectionName, FailureCode};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use tracing::field::Empty;
use tracing::{Span, info_span};

use super::auth::authenticate;
use super::media::Media;
use super::refusal::Refusal;
use crate::app::App;
use crate::health::StoreState;
use crate::metrics::{OperationLabels, RequestLabels};

/// One request of a function: who asks, under which trace, and how the answer is to be written.
pub(super) struct Call {
    pub(super) app: Arc<App>,
    pub(super) trace: Traceparent,
    span: Span,
    media: Media,
    operation: &'static str,
    function: Result<String, Refusal>,
    started: Instant,
}

/// What a failed request was about, for the log: collections, kinds of operations, types of events. Never data.
pub(super) struct Failed {
    pub(super) refusal: Refusal,
    pub(super) about: String,
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, about: String::new() }
    }
}

impl Call {
    pub(super) fn of(operation: &'static str, headers: &HeaderMap, app: Arc<App>) -> Self {
        let span = info_span!(
            parent: None,
            "request",
            otel.kind = "server",
            otel.name = operation,
            http.request.method = method(operation),
            http.route = route(operation),
            mcommerce.function = Empty,
            db.operation.name = Empty,
            db.query.summary = Empty,
            db.collection.name = Empty,
        );
        span.set_remote_parent(traceparent_from(headers));
        let of_span = span.traceparent();
        Self {
            trace: of_span.or_else(|| traceparent_from(headers)).unwrap_or_else(random_traceparent),
            span,
            media: Media::of_answer(headers),
            operation,
            function: authenticate(headers, &app.config.tokens),
            started: Instant::now(),
            app,
        }
    }

    /// The calling function; only called once [`Self::answer`] has let the call in.
    pub(super) fn function(&self) -> &str {
        self.function.as_deref().unwrap_or_default()
    }

    /// Lets the call go on only if its function is granted this.
    pub(super) fn require(&self, grant: &Grant) -> Result<(), Refusal> {
        if self.app.grants.allow(self.function(), grant) {
            Ok(())
        } else {
            Err(Refusal::not_granted(self.function(), grant))
        }
    }

    /// Whether anybody wants to know what it is about before it fails.
    pub(super) fn is_traced(&self) -> bool {
        !self.span.is_disabled()
    }

    /// Says in the span what is asked for: the collections it is about, and all of it in short.
    pub(super) fn describe(&self, collections: &[&CollectionName], summary: &str) {
        let (span, operation) = (&self.span, self.operation);
        span.record("db.operation.name", operation);
        span.record("db.query.summary", summary);
        // The conventions know the name of one collection only.
        match collections {
            [] => {}
            [first, others @ ..] if others.iter().all(|other| other == first) => {
                span.record("db.collection.name", first.as_str());
                span.rename(|| format!("{operation} {first}"));
            }
            several => {
                let names: Vec<&str> = several.iter().map(|name| name.as_str()).collect();
                span.record("db.collection.name", names.join(","));
            }
        }
    }

    /// Runs a request that answers with a body in the call's own media type.
    pub(super) async fn answer(&self, run: impl Future<Output = Result<Vec<u8>, Failed>>) -> Response {
        let media = self.media;
        self.respond(|_permit| async move {
            let bytes = run.await?;
            Ok(respond_with(StatusCode::OK, media.header(), bytes))
        })
        .await
    }

    /// Runs a request: lets it in, or refuses it if it has no token, there are too many, or the store is not ready;
    /// bounds its time; counts it, and logs it if it failed. It counts as in flight until it is answered, and longer
    /// if the answer keeps a share of the permit.
    pub(super) async fn respond<F>(&self, run: impl FnOnce(Arc<OwnedSemaphorePermit>) -> F) -> Response
    where
        F: Future<Output = Result<Response, Failed>>,
    {
        let limit = self.app.config.settings.request_timeout;
        let permit = match self.admit() {
            Ok(permit) => Arc::new(permit),
            Err(refusal) => return self.refuse(refusal),
        };
        let answer = timeout(limit, run(Arc::clone(&permit))).await;
        match answer {
            Ok(Ok(response)) => self.count(response),
            Ok(Err(failed)) => self.fail(failed),
            Err(_) => self.refuse(Refusal::unavailable("it took too long; whether it was done is not known")),
        }
    }

    /// The answer to a request that failed before it was known what it is about.
    pub(super) fn refuse(&self, refusal: Refusal) -> Response {
        self.fail(refusal.into())
    }

    fn admit(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        if self.function.is_err() {
            return Err(Refusal::unauthenticated());
        }
        if self.app.health.is_draining() {
            return Err(Refusal::unavailable("the bridge is shutting down"));
        }
        if self.app.health.store() == StoreState::Unprepared {
            return Err(Refusal::unavailable("the store is not ready yet"));
        }
        Arc::clone(&self.app.gate).try_acquire_owned().map_err(|_| {
            self.app.metrics.shed.inc();
            Refusal::unavailable("too many requests are in flight")
        })
    }

    fn fail(&self, failed: Failed) -> Response {
        let Failed { refusal, about } = failed;
        let status = refusal.status.as_u16();
        let (trace_id, function, operation) = (self.trace.trace_id(), self.function(), self.operation);
        let (code, conflict) = (refusal.failure.code, &refusal.failure.conflict);
        if refusal.status.is_server_error() {
            let cause = refusal.cause.as_deref().unwrap_or(&refusal.failure.detail);
            tracing::error!(
                "traceId" = trace_id,
                function,
                operation,
                about,
                status,
                ?code,
                cause,
                "request failed"
            );
        } else {
            tracing::info!(
                "traceId" = trace_id,
                function,
                operation,
                about,
                status,
                ?code,
                ?conflict,
                "request refused"
            );
        }
        let body = self.media.encode(&refusal.failure).unwrap_or_default();
        let mut response = respond_with(refusal.status, self.media.header(), body);
        let headers = response.headers_mut();
        if refusal.failure.code == FailureCode::Unavailable {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if refusal.failure.code == FailureCode::Unauthenticated {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        self.count(response)
    }

    fn count(&self, mut response: Response) -> Response {
        let (operation, status) = (self.operation, response.status().as_u16());
        let labels = RequestLabels { operation, function: self.function().to_owned(), status };
        self.app.metrics.requests.get_or_create(&labels).inc();
        let seconds = self.started.elapsed().as_secs_f64();
        self.app.metrics.request_time.get_or_create(&OperationLabels { operation }).observe(seconds);
        self.span.record("mcommerce.function", self.function());
        self.span.record_status(response.status());
        response.headers_mut().insert(TRACEPARENT, traceparent_header(&self.trace));
        response
    }
}

/// The method of an operation; those that are none had any.
fn method(operation: &str) -> &'static str {
    match operation {
        "query" | "transact" => "POST",
        "put_blob" => "PUT",
        "get_blob" => "GET",
        _ => "_OTHER",
    }
}

/// The route of an operation.
fn route(operation: &str) -> &'static str {
    match operation {
        "query" => "/v1/query",
        "transact" => "/v1/transact",
        "put_blob" | "get_blob" => "/v1/blobs/{id}",
        _ => "",
    }
}

/// A whole answer. Without its length it would be sent in chunks, which costs some clients tens of milliseconds.
pub(super) fn respond_with(status: StatusCode, media_type: HeaderValue, body: Vec<u8>) -> Response {
    let length = HeaderValue::from(body.len());
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response.headers_mut().insert(CONTENT_LENGTH, length);
    response
}
