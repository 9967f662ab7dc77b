use std::sync::Arc;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::Response;

use super::around::Around;
use crate::app::App;
use crate::http::function::Function;
use crate::http::refusal::Refusal;

/// Finds out which function calls. Its token decides, and nothing else in the request.
///
/// A request without a known token is passed on, so that it is counted and logged; admission refuses it.
#[derive(Clone)]
pub(in crate::http) struct Authenticate {
    pub(in crate::http) app: Arc<App>,
}

impl Around for Authenticate {
    type Kept = ();

    fn before(&self, request: &mut Request) -> Result<(), Refusal> {
        let tokens = &self.app.config.tokens;
        let name = bearer_token(request.headers()).and_then(|token| tokens.identify(token));
        if let Some(function) = name.map(Function::new) {
            request.extensions_mut().insert(function);
        }
        Ok(())
    }

    fn after(&self, (): (), _: &mut Response) {}
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
