use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;
use crate::http::function::Function;

/// Finds out which function calls. Its token decides, and nothing else in the request.
///
/// A request without a known token is passed on, so that it is counted and logged; whatever extracts a [`Function`]
/// refuses it.
pub(in crate::http) async fn authenticate(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(name) = bearer_token(request.headers()).and_then(|token| app.config.tokens.identify(token)) {
        let function = Function::new(name);
        request.extensions_mut().insert(function);
    }
    next.run(request).await
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
