//! What a signed-in shopper sees and changes of the own account.

use accounts_model::{USERS, UserView};
use kit::{Context, Json, Problem, SignedIn};
use protocol::Filter;

kit::component!(me);

/// Who is signed in.
#[utoipa::path(get, path = "/api/auth/me", tag = "accounts", operation_id = "getMe",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The user.", body = UserView),
        (status = 401, description = "Not signed in.", body = kit::ProblemBody),
        (status = 503, description = "Accounts can't be read now.", body = kit::ProblemBody),
    ))]
pub async fn me(context: Context, SignedIn(claims): SignedIn) -> Result<Json<UserView>, Problem> {
    let user = context.bridge().await?.find(USERS, Filter::id(claims.sub)).await?;
    // A token outlives its account by minutes.
    user.map(|user| Json(user.into())).ok_or_else(|| Problem::unauthenticated("Please sign in."))
}
