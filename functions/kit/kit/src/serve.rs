use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use values::Refusal;

use crate::method::Method;
use crate::problem::Rejection;

/// Why no endpoint answers a request.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only the Wasm edge answers"))]
#[derive(Clone, Copy, Debug, thiserror::Error, Refusal)]
pub(crate) enum NoEndpoint {
    /// Nothing is at this address.
    #[error("There is no such page.")]
    #[refusal(NotFound)]
    NotFound,
    /// Not with this method.
    #[error("This method is not allowed here.")]
    #[refusal(MethodNotAllowed)]
    MethodNotAllowed,
}

/// A router that refuses addresses it has no route for.
pub fn routes() -> Router {
    Router::new().fallback(|| async { Rejection::refuse(NoEndpoint::NotFound) })
}

/// Serves a handler at a method and a path.
pub fn serve_at<H: Handler<T, ()>, T: 'static>(
    router: Router,
    method: Method,
    path: &'static str,
    handler: H,
) -> Router {
    let filter = match method {
        Method::GET => MethodFilter::GET,
        Method::POST => MethodFilter::POST,
        Method::PUT => MethodFilter::PUT,
        Method::PATCH => MethodFilter::PATCH,
        Method::DELETE => MethodFilter::DELETE,
    };
    route(router, path, on(filter, handler))
}

/// Compiled here, whatever the handler.
#[inline(never)]
fn route(router: Router, path: &str, handler: MethodRouter) -> Router {
    router.route(path, handler)
}

/// The route that a path belongs to, for the log: what the router chose can't be learned from it.
#[cfg(any(target_arch = "wasm32", test))]
fn matched_route(routes: &[&'static str], path: &str) -> &'static str {
    let is_match = |route: &&str| {
        let mut segments = path.split('/');
        route.split('/').all(|part| match (part, segments.next()) {
            (part, Some(_)) if part.starts_with("{*") => {
                segments.by_ref().for_each(drop);
                true
            }
            (part, Some(_)) if part.starts_with('{') => true,
            (part, segment) => segment == Some(part),
        }) && segments.next().is_none()
    };
    routes.iter().find(|route| is_match(route)).copied().unwrap_or("-")
}

#[cfg(target_arch = "wasm32")]
pub use edge::{HostAnswer, serve};

/// Where requests come in from the host and answers go out.
#[cfg(target_arch = "wasm32")]
mod edge {
    use std::pin::Pin;
    use std::sync::OnceLock;
    use std::time::Duration;

    use axum::Router;
    use axum::response::Response;
    use bytes::Bytes;
    use http::{HeaderValue, StatusCode, header};
    use http_body_util::{BodyExt as _, Collected, Full, LengthLimitError, Limited};
    use protocol::Traceparent;
    use spin_sdk::wasip3::clocks::monotonic_clock;
    use tower_service::Service as _;
    use values::{Problem, Status};

    use super::{NoEndpoint, matched_route};
    use crate::json::{Limit, Unreadable};
    use crate::log::{Level, is_level_known, is_logged, log, read_level};
    use crate::problem::Rejection;
    use crate::{problem, trace};

    /// The most bytes of any body.
    const MAX_BODY_BYTES: usize = 1024 * 1024;

    /// An answer in one piece, so that its length is known before its first byte is sent.
    type FullResponse = http::Response<Full<Bytes>>;

    /// An answer as the host takes it.
    pub type HostAnswer =
        Result<spin_sdk::wasip3::http::types::Response, spin_sdk::wasip3::http::types::ErrorCode>;

    /// Answers one request of the host with the component's router, which is built once an instance. The body is read before
    /// the endpoint runs.
    pub fn serve(
        kept: &'static OnceLock<Router>,
        build: fn() -> Router,
        paths: &'static [&'static str],
        request: spin_sdk::http::Request,
    ) -> Pin<Box<dyn Future<Output = HostAnswer>>> {
        Box::pin(async move {
            if !is_level_known() {
                read_level().await;
            }
            // axum looks at the routes that exist when it is told what to answer to other methods.
            let router = kept.get_or_init(|| {
                build()
                    .method_not_allowed_fallback(|| async { Rejection::refuse(NoEndpoint::MethodNotAllowed) })
            });
            spin_sdk::http::IntoResponse::into_response(answer(router, paths, request).await)
        })
    }

    async fn answer(
        router: &Router,
        paths: &[&'static str],
        request: spin_sdk::http::Request,
    ) -> FullResponse {
        let (mut parts, body) = request.into_parts();
        let trace = trace::from_headers(&parts.headers);
        let method = parts.method.clone();
        // The clock is a call to the host, made directly: `Instant` takes 5 kB in every component.
        let logged =
            is_logged(Level::Info).then(|| (matched_route(paths, parts.uri.path()), monotonic_clock::now()));
        let response = match Limited::new(body, MAX_BODY_BYTES).collect().await {
            Ok(body) => {
                parts.extensions.insert(trace);
                let body = axum::body::Body::from(body.to_bytes());
                match router.clone().call(http::Request::from_parts(parts, body)).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                }
            }
            Err(error) if error.is::<LengthLimitError>() => {
                refuse(Unreadable::TooLarge(Limit(MAX_BODY_BYTES)))
            }
            Err(_) => refuse(Unreadable::Malformed("The body ended early.".into())),
        };
        if let Some((route, started)) = logged {
            log_request(&trace, &method, route, &response, started);
        }
        finish(response, &trace, &method).await
    }

    fn refuse(refusal: Unreadable) -> Response {
        axum::response::IntoResponse::into_response(Rejection::refuse(refusal))
    }

    fn log_request(
        trace: &Traceparent,
        method: &http::Method,
        route: &str,
        response: &Response,
        started: monotonic_clock::Mark,
    ) {
        let status = response.status().as_u16().to_string();
        let elapsed = Duration::from_nanos(monotonic_clock::now().saturating_sub(started));
        // Whole microseconds, because formatting a fraction would take code in every component.
        let microseconds = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX).to_string();
        let fields = [
            ("method", method.as_str()),
            ("route", route),
            ("status", status.as_str()),
            ("microseconds", microseconds.as_str()),
        ];
        log(Level::Info, trace, "request", &fields);
    }

    /// Gives problems their body, logs faults, once, and tells the length.
    async fn finish(response: Response, trace: &Traceparent, method: &http::Method) -> FullResponse {
        let response = match response.extensions().get::<Problem>() {
            Some(problem) => {
                log_fault(trace, problem);
                let mut answer = problem::render(problem, trace.trace_id());
                let kept = [header::ALLOW, header::SET_COOKIE];
                for (name, value) in response.headers().iter().filter(|(name, _)| kept.contains(name)) {
                    answer.headers_mut().append(name, value.clone());
                }
                answer
            }
            None => response,
        };
        let (mut parts, body) = response.into_parts();
        let bytes = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
        if method == http::Method::HEAD {
            // The length of the body that a GET gets; the host would take it for the promise of a body.
            parts.headers.remove(header::CONTENT_LENGTH);
        } else if !matches!(parts.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        }
        http::Response::from_parts(parts, Full::new(bytes))
    }

    fn log_fault(trace: &Traceparent, problem: &Problem) {
        if let Some(reason) = problem.reason() {
            let level = if problem.status() == Status::Internal { Level::Error } else { Level::Warn };
            log(level, trace, "request failed", &[("code", problem.code()), ("reason", reason)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matched_route;

    #[test]
    fn a_path_belongs_to_the_route_that_matches_it() {
        let routes = ["/api/orders/mine", "/api/orders/{id}", "/", "/files/{*path}"];
        for (path, route) in [
            ("/api/orders/mine", "/api/orders/mine"),
            ("/api/orders/0199", "/api/orders/{id}"),
            ("/api/orders/0199/more", "-"),
            ("/api/orders", "-"),
            ("/", "/"),
            ("/files/a/b.js", "/files/{*path}"),
        ] {
            assert_eq!(matched_route(&routes, path), route, "{path}");
        }
    }
}
