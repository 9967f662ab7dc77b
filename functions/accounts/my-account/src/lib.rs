//! A signed-in shopper's own account.

use accounts_model::{SignedOut, USERS, UserView};
use kit::{Bridge, Json, SignedIn};
use protocol::Filter;
use values::Problem;

kit::component!(get_me);

/// The signed-in user.
#[kit::endpoint(GET "/api/auth/me")]
pub async fn get_me(
    bridge: Bridge,
    SignedIn(claims): SignedIn,
) -> Result<Json<UserView>, Problem<SignedOut>> {
    // A token outlives its account by minutes.
    let user = bridge.find(USERS, Filter::id(claims.sub)).await?.ok_or(SignedOut::Unauthenticated)?;
    Ok(Json(user.into()))
}
