use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use super::refusal::Refusal;
use crate::config::FunctionTokens;

/// Which function calls. Its token decides, and nothing else in the request.
pub(super) fn authenticate(headers: &HeaderMap, tokens: &FunctionTokens) -> Result<String, Refusal> {
    headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .and_then(|(_, token)| tokens.identify(token.trim()))
        .map(str::to_owned)
        .ok_or_else(Refusal::unauthenticated)
}
