use accounts_model::{NotRefreshed, RefreshCookie, RefreshToken, SESSIONS, Standing, USERS, User};
use kit::{Bridge, BridgeError, Context, Cookies, Level};
use protocol::{Conflict, Filter};
use values::{Moment, Problem};

/// Exchanges the refresh token in the cookie for the next one; `None` if there is no valid session.
pub(super) async fn renew(
    context: Context,
    bridge: &Bridge,
    cookies: &Cookies,
    now: Moment,
) -> Result<Option<(User, RefreshToken)>, Problem<NotRefreshed>> {
    let Some(token) = token(cookies) else { return Ok(None) };
    let Some(session) = bridge.find(SESSIONS, token.session()).await? else { return Ok(None) };
    match session.standing(now) {
        Standing::Good => {}
        Standing::Raced => return Err(NotRefreshed::RefreshRaced.into()),
        Standing::Over => return Ok(None),
        Standing::Stolen => {
            bridge.transact(session.revoke_family()).await?;
            let family = session.family().to_string();
            context.log(Level::Warn, "a used refresh token came again; signed out", &[("family", &family)]);
            return Ok(None);
        }
    }
    let Some(user) = bridge.find(USERS, Filter::id(session.user_id())).await? else { return Ok(None) };
    let (next, token) = session.successor(now)?;
    match bridge.transact(session.rotate(&next, now)).await {
        Ok(_) => Ok(Some((user, token))),
        Err(BridgeError::Conflict(Conflict::Unmet { .. })) => Err(NotRefreshed::RefreshRaced.into()),
        Err(error) => Err(error.into()),
    }
}

/// Ends every session of the family that the refresh token in the cookie belongs to.
pub(super) async fn end_session(bridge: &Bridge, cookies: &Cookies) -> Result<(), BridgeError> {
    let Some(token) = token(cookies) else { return Ok(()) };
    if let Some(session) = bridge.find(SESSIONS, token.session()).await? {
        bridge.transact(session.revoke_family()).await?;
    }
    Ok(())
}

fn token(cookies: &Cookies) -> Option<RefreshToken> {
    cookies.get(RefreshCookie::NAME).and_then(RefreshToken::parse)
}
