use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use http::header::{CONTENT_LENGTH, HOST};
use http::uri::{Authority, Scheme};
use http::{HeaderName, HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use mcommerce_telemetry::{
    SpanExt as _, TRACEPARENT, method_name, random_traceparent, traceparent_from, traceparent_header,
};
use tracing::field::Empty;
use tracing::{Span, info_span};
use wasmtime_wasi_http::{Error, WasiBody};

use super::connection::Service;
use super::guard::{self, PathFault};
use super::problem::Problem;
use super::security;
use crate::app::App;
use crate::dashboard::Dashboard;
use crate::route_headers::is_reserved;
use crate::smtp::Inbox;

/// The response header that names the trace.
const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who a listener serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Browsers, which must not reach internal routes.
    Outside,
    /// An external bridge that delivers events.
    Inside,
}

/// Checks requests and routes them to the inbox, the dashboard or the components.
pub struct Front {
    pub side: Side,
    pub app: Arc<App>,
    pub inbox: Option<Arc<Inbox>>,
    pub dashboard: Option<Arc<Dashboard>>,
    /// The largest request body, in bytes.
    pub max_body: u64,
    /// The authority of requests without a `Host` header.
    pub authority: Authority,
}

#[async_trait]
impl Service for Front {
    async fn answer(&self, mut request: Request<Incoming>, peer: SocketAddr) -> Response<WasiBody> {
        let method = method_name(request.method());
        let span = info_span!(
            parent: None,
            "request",
            otel.kind = "server",
            otel.name = method,
            http.request.method = method,
            http.route = Empty,
            url.scheme = "http",
        );
        span.set_remote_parent(|| traceparent_from(request.headers()));
        let context = span.traceparent().or_else(|| traceparent_from(request.headers()));
        let context = context.unwrap_or_else(random_traceparent);
        let traceparent = traceparent_header(&context);
        request.headers_mut().insert(TRACEPARENT, traceparent.clone());
        let mut response = match self.route(request, peer, &span).await {
            Ok(response) => response,
            Err(problem) => problem.response(Some(context.trace_id())),
        };
        span.record_status(response.status());
        let headers = response.headers_mut();
        headers.insert(TRACERESPONSE, traceparent);
        if self.side == Side::Outside {
            security::add(headers);
        }
        response
    }
}

impl Front {
    async fn route(
        &self,
        mut request: Request<Incoming>,
        peer: SocketAddr,
        span: &Span,
    ) -> Result<Response<WasiBody>, Problem> {
        if self.side == Side::Outside {
            guard::check(request.uri().path()).map_err(|fault| match fault {
                PathFault::Malformed => Problem::Malformed,
                PathFault::Hidden => Problem::NotFound,
            })?;
            if let Some(inbox) = &self.inbox
                && let Some(response) = inbox.answer(request.method(), request.uri().path())
            {
                return Ok(response);
            }
        }
        if let Some(dashboard) = &self.dashboard
            && let Some(response) = dashboard.answer(request.method(), request.uri().path()).await
        {
            return Ok(response);
        }
        if body_length(&request).is_some_and(|length| length > self.max_body) {
            return Err(Problem::TooLarge);
        }
        *request.uri_mut() = self.absolute(&request)?;
        let headers = request.headers_mut();
        let reserved: Vec<HeaderName> = headers.keys().filter(|name| is_reserved(name)).cloned().collect();
        for name in reserved {
            headers.remove(name);
        }
        if self.side == Side::Outside
            && let Ok(address) = HeaderValue::try_from(peer.ip().to_string())
        {
            headers.insert(FORWARDED_FOR, address);
        }
        let limit = usize::try_from(self.max_body).unwrap_or(usize::MAX);
        let request = request.map(|body| limited(body, limit));
        self.app.route(request, peer, span).await
    }

    /// Adds scheme and authority to the URI, which components read instead of the `Host` header.
    fn absolute(&self, request: &Request<Incoming>) -> Result<Uri, Problem> {
        let mut parts = request.uri().clone().into_parts();
        parts.authority = match request.headers().get(HOST) {
            Some(host) => Some(Authority::try_from(host.as_bytes()).map_err(|_| Problem::Malformed)?),
            None => Some(self.authority.clone()),
        };
        parts.scheme = Some(Scheme::HTTP);
        Uri::from_parts(parts).map_err(|_| Problem::Malformed)
    }
}

fn body_length(request: &Request<Incoming>) -> Option<u64> {
    let declared =
        request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    declared.or_else(|| request.body().size_hint().exact())
}

fn limited(body: Incoming, limit: usize) -> WasiBody {
    if body.is_end_stream() {
        return http_body_util::Empty::new().map_err(|never| match never {}).boxed_unsync();
    }
    Limited::new(body, limit)
        .map_err(|error| match error.downcast::<hyper::Error>() {
            Ok(error) => Error::Hyper(*error),
            Err(error) if error.is::<LengthLimitError>() => Error::HttpRequestBodySize(None),
            Err(error) => Error::InternalError(Some(error.to_string())),
        })
        .boxed_unsync()
}
