//! Whether a token is good, and the keys that say so (JWKS).

use std::sync::OnceLock;

use accounts_model::Jwks;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kit::{Claims, Input, Json, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kit::component!(validate, jwks);

/// A token to be checked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Presented {
    /// The access token.
    token: String,
}

/// What a token is worth.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Validity {
    /// Whether it was issued by this shop and its time is not over.
    valid: bool,
    /// What it says, if it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Claims>,
}

/// Whether an access token is good, for services that can't check it themselves.
#[utoipa::path(post, path = "/api/auth/validate", tag = "accounts", operation_id = "validateToken",
    request_body = Presented,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "What the token is worth.", body = Validity),
        (status = 400, description = "No JSON.", body = kit::ProblemBody),
        (status = 401, description = "The caller is none of the shop's services.", body = kit::ProblemBody),
        (status = 413, description = "The body is too large.", body = kit::ProblemBody),
        (status = 415, description = "The body is not JSON.", body = kit::ProblemBody),
        (status = 422, description = "Some fields are not valid.", body = kit::ProblemBody),
    ))]
pub async fn validate(
    headers: HeaderMap,
    input: Result<Input<Presented>, Problem>,
) -> Result<Json<Validity>, Problem> {
    kit::function_token(&headers, "accounts_token").await?;
    let Input(presented) = input?;
    match kit::access_claims(&presented.token).await {
        Ok(claims) => Ok(Json(Validity { valid: true, claims: Some(claims) })),
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => {
            Ok(Json(Validity { valid: false, claims: None }))
        }
        Err(problem) => Err(problem),
    }
}

/// The keys that access tokens are checked with.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "accounts", operation_id = "getJwks",
    responses(
        (status = 200, description = "The keys, with an ETag.", body = Jwks),
        (status = 304, description = "The keys are what If-None-Match names."),
    ))]
pub async fn jwks(headers: HeaderMap) -> Result<Response, Problem> {
    static KEYS: OnceLock<Jwks> = OnceLock::new();
    let keys = kit::parsed_variable(&KEYS, "jwt_public_key", Jwks::from_pem).await?;
    kit::tagged(&headers, keys, "public, max-age=300")
}
