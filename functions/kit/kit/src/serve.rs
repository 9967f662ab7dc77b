#[cfg(target_arch = "wasm32")]
use std::pin::Pin;

use axum::Router;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use bytes::Bytes;
use http::StatusCode;
use http_body_util::Full;
use utoipa::openapi::HttpMethod;

use crate::{Level, Problem, Trace, log};

/// An answer in one piece, so that its length is known before its first byte.
type FullResponse = http::Response<Full<Bytes>>;

/// A router that answers what it has no route for with a [`Problem`].
pub fn routes() -> Router {
    Router::new().fallback(|| async { Problem::not_found("page").into_response() })
}

/// Serves a handler at the path and by the method of its annotation.
pub fn serve_at<P: utoipa::Path, H: Handler<T, ()>, T: 'static>(router: Router, handler: H) -> Router {
    let method = P::methods().iter().map(method_filter).reduce(MethodFilter::or);
    let method = method.expect("an annotation names a method");
    route(router, &P::path(), on(method, handler))
}

/// Compiled here, whatever the handler.
#[inline(never)]
fn route(router: Router, path: &str, handler: MethodRouter) -> Router {
    router.route(path, handler)
}

fn method_filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
    }
}

/// The router with all its routes, which answers a method it has no handler for with a [`Problem`]. axum looks at the
/// routes that are there when it is told so, hence not in [`routes`].
pub fn complete(router: Router) -> Router {
    router.method_not_allowed_fallback(|| async {
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This can't be done here.")
            .into_response()
    })
}

/// Turns the router's answer into what is sent: problems get their body here, and unexpected ones are logged, once.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only the Wasm edge answers"))]
async fn finish(response: Response, trace: &Trace, method: &http::Method) -> FullResponse {
    use http::{HeaderValue, header};
    use http_body_util::BodyExt as _;

    let response = match response.extensions().get::<Problem>() {
        Some(problem) => {
            let problem = problem.clone();
            if let Some(reason) = problem.internal_reason() {
                let level = if problem.status() == StatusCode::INTERNAL_SERVER_ERROR {
                    Level::Error
                } else {
                    Level::Warn
                };
                log(level, trace, "request failed", &[("code", problem.code()), ("reason", reason)]);
            }
            let headers = response.headers().clone();
            let mut answer = problem.into_body(trace.id());
            let kept = [header::ALLOW, header::SET_COOKIE];
            for (name, value) in headers.iter().filter(|(name, _)| kept.contains(name)) {
                answer.headers_mut().append(name, value.clone());
            }
            answer
        }
        None => response,
    };
    let (mut parts, body) = response.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    if method == http::Method::HEAD {
        // It would say the length of the body that a GET gets, which the host would take for a promise of one.
        parts.headers.remove(header::CONTENT_LENGTH);
    } else if !matches!(parts.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    }
    http::Response::from_parts(parts, Full::new(bytes))
}

/// An answer as the host takes it.
#[cfg(target_arch = "wasm32")]
pub type HostAnswer =
    Result<spin_sdk::wasip3::http::types::Response, spin_sdk::wasip3::http::types::ErrorCode>;

/// Answers one request of the host's with the component's router. Bodies are read before the handler runs,
/// 1 MiB at the most.
#[cfg(target_arch = "wasm32")]
pub fn serve(
    router: &Router,
    request: spin_sdk::http::Request,
) -> Pin<Box<dyn Future<Output = HostAnswer> + '_>> {
    Box::pin(async { spin_sdk::http::IntoResponse::into_response(answer(router, request).await) })
}

#[cfg(target_arch = "wasm32")]
async fn answer(router: &Router, request: spin_sdk::http::Request) -> FullResponse {
    use http_body_util::{BodyExt as _, Limited};
    use tower_service::Service as _;

    const MAX_BODY_BYTES: usize = 1024 * 1024;

    let (mut parts, body) = request.into_parts();
    let trace = Trace::of(&parts.headers);
    let bytes = match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) => {
            let problem = if error.is::<http_body_util::LengthLimitError>() {
                Problem::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "too_large",
                    format!("The body must be at most {MAX_BODY_BYTES} bytes."),
                )
            } else {
                Problem::malformed("The body ended before its end.")
            };
            return finish(problem.into_response(), &trace, &parts.method).await;
        }
    };
    parts.extensions.insert(trace.clone());
    let method = parts.method.clone();
    let request = http::Request::from_parts(parts, axum::body::Body::from(bytes));
    match router.clone().call(request).await {
        Ok(response) => finish(response, &trace, &method).await,
        Err(never) => match never {},
    }
}
