//! Opening an account.

use std::sync::OnceLock;

use accounts_model::{
    AccessKey, LOGIN_ATTEMPTS, REGISTRATIONS, RefreshCookie, Registration, RegistrationInput, SESSIONS,
    Session, SessionView, USERS, User, client_network,
};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use kit::{BridgeError, Context, FieldError, Input, Json, Moment, Problem, Transaction};
use protocol::{Conflict, Filter};

kit::component!(register);

/// Opens an account and signs its owner in.
#[utoipa::path(post, path = "/api/auth/register", tag = "accounts", operation_id = "register",
    request_body = RegistrationInput,
    responses(
        (status = 201, description = "The account is open and its owner signed in.", body = SessionView,
            headers(("Set-Cookie" = String, description = "`mc_refresh`: what keeps the browser signed in."))),
        (status = 400, description = "No JSON.", body = kit::ProblemBody),
        (status = 409, description = "`email_taken`: there is an account of this address.", body = kit::ProblemBody),
        (status = 413, description = "The body is too large.", body = kit::ProblemBody),
        (status = 415, description = "The body is not JSON.", body = kit::ProblemBody),
        (status = 422, description = "Some fields are not valid.", body = kit::ProblemBody),
        (status = 429, description = "Too many accounts were opened from this address.", body = kit::ProblemBody),
        (status = 503, description = "No account can be opened now.", body = kit::ProblemBody),
    ))]
pub async fn register(
    context: Context,
    headers: HeaderMap,
    Input(input): Input<RegistrationInput>,
) -> Result<Response, Problem> {
    static KEY: OnceLock<AccessKey> = OnceLock::new();

    let registration = Registration::parse(&input)?;
    let key = kit::parsed_variable(&KEY, "jwt_private_key", AccessKey::from_pem).await?;
    let cookie = RefreshCookie::from_variable(&kit::variable("secure_cookies").await?);
    let bridge = context.bridge().await?;
    let now = Moment::now();

    if let Some(network) = client_network(&headers, &kit::variable("client_address_header").await?) {
        let allowance = REGISTRATIONS.of(&network, now);
        if !allowance.spend(&bridge, LOGIN_ATTEMPTS).await? {
            return Err(allowance.refusal());
        }
    }
    // The unique index decides; looking first spares the hash where the answer is known.
    let same = Filter::Eq(kit::path("email"), (&registration.email).into());
    if bridge.find(USERS, same).await?.is_some() {
        return Err(email_taken());
    }

    let password_hash = registration.password.hash()?;
    let user = User::register(registration, password_hash, now);
    let (session, token) = Session::open(user.id, now)?;
    let transaction = Transaction::new().insert(USERS, &user).insert(SESSIONS, &session).emit(
        "user.created",
        user.id.to_string(),
        &user.created(),
    );
    match bridge.transact(transaction).await {
        Ok(_) => {}
        Err(BridgeError::Conflict(Conflict::Duplicate { operation: 0, .. })) => {
            return Err(email_taken());
        }
        Err(error) => return Err(error.into()),
    }
    Ok((StatusCode::CREATED, [cookie.give(&token)], Json(key.sign_in(user, now)?)).into_response())
}

fn email_taken() -> Problem {
    let field = FieldError {
        field: "email".into(),
        code: "email_taken",
        message: "there is an account of this address".into(),
    };
    Problem::conflict("email_taken", "There is an account of this e-mail address already.")
        .with_fields(vec![field])
}
