//! Signing in, staying signed in, signing out.

mod renewal;
mod sign_in;

use accounts_model::{
    AccessKey, LoginInput, NotRefreshed, NotSignedIn, RefreshCookie, SESSIONS, Session, SessionView,
    SignedOut,
};
use kit::{Bridge, ClientNetwork, Context, Cookies, Input, Json, NoContent, WithCookie};
use protocol::Transaction;
use values::{Moment, Problem};

use self::sign_in::SignIn;

kit::component!(
    login, refresh, logout;
    variables = { jwt_private_key: AccessKey, secure_cookies: RefreshCookie }
);

/// Signs in with an e-mail address and a password.
///
/// The answer does not reveal whether there is an account with this address. Sets the cookie `mc_refresh`, which keeps the
/// browser signed in.
#[kit::endpoint(POST "/api/auth/login")]
pub async fn login(
    bridge: Bridge,
    variables: &'static Variables,
    ClientNetwork(network): ClientNetwork,
    Input(input): Input<LoginInput>,
) -> Result<WithCookie<Json<SessionView>>, Problem<NotSignedIn>> {
    let now = Moment::now();
    let sign_in = SignIn::parse(input, network, now)?;
    let user = sign_in.check(&bridge).await?;

    let (session, token) = Session::open(user.id, now)?;
    let transaction = Transaction::new().insert(SESSIONS, &session);
    bridge.transact(sign_in.forget_failures(transaction)).await?;
    let answer = Json(variables.jwt_private_key.sign_in(user, now)?);
    Ok(WithCookie { set_cookie: variables.secure_cookies.set(&token), answer })
}

/// Exchanges the refresh token in the cookie for the next one and a new access token.
///
/// A refresh token is valid once. One that comes again within 10 seconds lost a race between two tabs and is only refused,
/// because the browser has its successor already; one that comes later was copied, and signs out its family.
#[kit::endpoint(POST "/api/auth/refresh")]
pub async fn refresh(
    context: Context,
    bridge: Bridge,
    variables: &'static Variables,
    cookies: Cookies,
) -> Result<WithCookie<Json<SessionView>>, Problem<NotRefreshed>> {
    let now = Moment::now();
    let Some((user, token)) = renewal::renew(context, &bridge, &cookies, now).await? else {
        let signed_out = Problem::from(NotRefreshed::from(SignedOut::Unauthenticated));
        return Err(signed_out.with_cookie(variables.secure_cookies.expire()));
    };
    let answer = Json(variables.jwt_private_key.sign_in(user, now)?);
    Ok(WithCookie { set_cookie: variables.secure_cookies.set(&token), answer })
}

/// Ends every session that descends from this sign-in, and drops the cookie.
///
/// The cookie is dropped even if the session can't be ended.
#[kit::endpoint(POST "/api/auth/logout")]
pub async fn logout(
    bridge: Bridge,
    variables: &'static Variables,
    cookies: Cookies,
) -> Result<WithCookie<NoContent>, Problem> {
    let set_cookie = variables.secure_cookies.expire();
    match renewal::end_session(&bridge, &cookies).await {
        Ok(()) => Ok(WithCookie { set_cookie, answer: NoContent }),
        Err(error) => Err(Problem::from(error).with_cookie(set_cookie)),
    }
}
