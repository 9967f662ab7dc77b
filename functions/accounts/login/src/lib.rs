//! Signing in, staying signed in, signing out.

use std::sync::OnceLock;

use accounts_model::{
    ACCOUNT_FAILURES, ADDRESS_FAILURES, AccessKey, Credentials, LOGIN_ATTEMPTS, LoginInput, PasswordHash,
    RefreshCookie, SESSIONS, Session, SessionView, Standing, USERS, User, client_network,
};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use kit::{
    Allowance, Bridge, BridgeError, Context, EmailAddress, Found, Input, Json, Level, Moment, Problem, Tally,
    Transaction,
};
use protocol::{Conflict, Filter, Query};

kit::component!(login, refresh, logout);

/// Signs in with an address and a password. Whether there is an account of the address can't be told from the answer.
#[utoipa::path(post, path = "/api/auth/login", tag = "accounts", operation_id = "login",
    request_body = LoginInput,
    responses(
        (status = 200, description = "Signed in.", body = SessionView,
            headers(("Set-Cookie" = String, description = "`mc_refresh`: what keeps the browser signed in."))),
        (status = 400, description = "No JSON.", body = kit::ProblemBody),
        (status = 401, description = "`invalid_credentials`: the address or the password is wrong.",
            body = kit::ProblemBody),
        (status = 413, description = "The body is too large.", body = kit::ProblemBody),
        (status = 415, description = "The body is not JSON.", body = kit::ProblemBody),
        (status = 422, description = "Some fields are not valid.", body = kit::ProblemBody),
        (status = 429, description = "Too many failures, for this account or from this address.",
            body = kit::ProblemBody),
        (status = 503, description = "Nobody can be signed in now.", body = kit::ProblemBody),
    ))]
pub async fn login(
    context: Context,
    headers: HeaderMap,
    Input(input): Input<LoginInput>,
) -> Result<Response, Problem> {
    let credentials = Credentials::parse(input)?;
    let key = access_key().await?;
    let cookie = refresh_cookie().await?;
    let bridge = context.bridge().await?;
    let now = Moment::now();
    let account = ACCOUNT_FAILURES.of(credentials.email.as_str(), now);
    let address = client_network(&headers, &kit::variable("client_address_header").await?)
        .map(|network| ADDRESS_FAILURES.of(&network, now));

    let user = known(&bridge, &credentials.email, address.as_ref()).await?;
    // Counted before the password is looked at, so that guesses made at once can't pass the limit together.
    if !account.spend(&bridge, LOGIN_ATTEMPTS).await? {
        return Err(account.refusal());
    }
    let matches = PasswordHash::verify(user.as_ref().map(|user| &user.password_hash), &credentials.password);
    let Some(user) = user.filter(|_| matches) else {
        if let Some(address) = address {
            address.spend(&bridge, LOGIN_ATTEMPTS).await?;
        }
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "invalid_credentials",
            "The e-mail address or the password is wrong.",
        ));
    };

    let (session, token) = Session::open(user.id, now)?;
    let transaction = Transaction::new().insert(SESSIONS, &session);
    bridge.transact(account.clear(LOGIN_ATTEMPTS, transaction)).await?;
    Ok(([cookie.give(&token)], Json(key.sign_in(user, now)?)).into_response())
}

/// Exchanges the refresh token in the cookie for the next one and a new access token.
///
/// A token is good once. One that comes again within 10 seconds lost a race between two tabs, and is refused without
/// more, since the browser holds its successor already; one that comes later was copied, and signs its family out.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "accounts", operation_id = "refresh",
    responses(
        (status = 200, description = "Still signed in.", body = SessionView,
            headers(("Set-Cookie" = String, description = "`mc_refresh`: the next one."))),
        (status = 401, description = "Not signed in; or `refresh_raced`: another tab was first, and its cookie is to \
            be used.", body = kit::ProblemBody),
        (status = 503, description = "Nobody can be signed in now.", body = kit::ProblemBody),
    ))]
pub async fn refresh(context: Context, headers: HeaderMap) -> Result<Response, Problem> {
    let key = access_key().await?;
    let cookie = refresh_cookie().await?;
    let over = || {
        let problem = Problem::unauthenticated("Please sign in.");
        Ok(([cookie.take_away()], problem).into_response())
    };
    let Some(token) = RefreshCookie::token(&headers) else { return over() };
    let bridge = context.bridge().await?;
    let now = Moment::now();
    let Some(session) = bridge.find(SESSIONS, token.session()).await? else { return over() };
    match session.standing(now) {
        Standing::Good => {}
        Standing::Raced => return Err(raced()),
        Standing::Stolen => {
            bridge.transact(session.revoke_family()).await?;
            let family = session.family().to_string();
            context.log(Level::Warn, "a used refresh token came again; signed out", &[("family", &family)]);
            return over();
        }
        Standing::Over => return over(),
    }
    let Some(user) = bridge.find(USERS, Filter::id(session.user_id())).await? else { return over() };

    let (next, token) = session.successor(now)?;
    match bridge.transact(session.rotate(&next, now)).await {
        Ok(_) => Ok(([cookie.give(&token)], Json(key.sign_in(user, now)?)).into_response()),
        Err(BridgeError::Conflict(Conflict::Unmet { .. })) => Err(raced()),
        Err(error) => Err(error.into()),
    }
}

/// Signs out everywhere this signing in led to, and takes the cookie away.
#[utoipa::path(post, path = "/api/auth/logout", tag = "accounts", operation_id = "logout",
    responses(
        (status = 204, description = "Signed out, whoever it was."),
        (status = 503, description = "The cookie is gone, but the session could not be ended.",
            body = kit::ProblemBody),
    ))]
pub async fn logout(context: Context, headers: HeaderMap) -> Result<Response, Problem> {
    let cookie = refresh_cookie().await?;
    let answer = match end_session(&context, &headers).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(problem) => problem.into_response(),
    };
    Ok(([cookie.take_away()], answer).into_response())
}

async fn end_session(context: &Context, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(token) = RefreshCookie::token(headers) else { return Ok(()) };
    let bridge = context.bridge().await?;
    if let Some(session) = bridge.find(SESSIONS, token.session()).await? {
        bridge.transact(session.revoke_family()).await?;
    }
    Ok(())
}

/// The user of an address, if there is one; 429 if too many failures came from the client's network.
async fn known(
    bridge: &Bridge,
    email: &EmailAddress,
    address: Option<&Allowance>,
) -> Result<Option<User>, Problem> {
    let users = Query { limit: 1, ..USERS.query(Filter::Eq(kit::path("email"), email.into())) };
    let Some(address) = address else { return Ok(bridge.query(users).await?.documents.pop()) };
    let (mut users, failures): (Found<User>, Found<Tally>) =
        bridge.queries(vec![users, address.query(LOGIN_ATTEMPTS)]).await?;
    if address.is_spent(&failures.documents) { Err(address.refusal()) } else { Ok(users.documents.pop()) }
}

fn raced() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "refresh_raced", "Another request was first; use its cookie.")
}

async fn access_key() -> Result<&'static AccessKey, Problem> {
    static KEY: OnceLock<AccessKey> = OnceLock::new();
    kit::parsed_variable(&KEY, "jwt_private_key", AccessKey::from_pem).await
}

async fn refresh_cookie() -> Result<RefreshCookie, Problem> {
    Ok(RefreshCookie::from_variable(&kit::variable("secure_cookies").await?))
}
