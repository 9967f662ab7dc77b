//! Whether a token is valid, and the keys that tell (JWKS).

use accounts_model::Jwks;
use contracts::identity::Claims;
use kit::{IfNoneMatch, Input, Json, Neighbour, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use values::Problem;

kit::component!(validate_token, get_jwks; variables = { jwt_public_key: Jwks });

/// A token to check.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Presented {
    /// An access token.
    token: String,
}

/// Whether a token is valid.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Validity {
    /// Whether this shop issued it and it has not expired.
    valid: bool,
    /// What it says, if it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Claims>,
}

/// Whether an access token is valid, for services that can't check it themselves.
#[kit::endpoint(POST "/api/auth/validate")]
pub async fn validate_token(
    _: Neighbour,
    Input(presented): Input<Presented>,
) -> Result<Json<Validity>, Problem> {
    let claims = kit::access_claims(&presented.token).await?;
    Ok(Json(Validity { valid: claims.is_some(), claims }))
}

/// The keys that verify access tokens.
#[kit::endpoint(GET "/.well-known/jwks.json")]
pub fn get_jwks(variables: &'static Variables, known: IfNoneMatch) -> Tagged<Jwks> {
    known.tagged(&variables.jwt_public_key, "public, max-age=300")
}
