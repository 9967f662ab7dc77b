//! Opening an account.

use accounts_model::{
    AccessKey, LOGIN_ATTEMPTS, NotRegistered, REGISTRATIONS, RefreshCookie, Registration, RegistrationInput,
    SESSIONS, Session, SessionView, USERS, User,
};
use contracts::accounts::UserCreated;
use kit::{Bridge, BridgeError, ClientNetwork, Created, Input, WithCookie};
use protocol::{Conflict, Filter, Transaction, path};
use values::{Moment, Problem};

kit::component!(
    register;
    variables = { jwt_private_key: AccessKey, secure_cookies: RefreshCookie };
    emits = [UserCreated]
);

/// Opens an account and signs its owner in.
///
/// Sets the cookie `mc_refresh`, which keeps the browser signed in.
#[kit::endpoint(POST "/api/auth/register")]
pub async fn register(
    bridge: Bridge,
    variables: &'static Variables,
    ClientNetwork(network): ClientNetwork,
    Input(input): Input<RegistrationInput>,
) -> Result<WithCookie<Created<SessionView>>, Problem<NotRegistered>> {
    let registration = Registration::parse(&input)?;
    let now = Moment::now();
    if let Some(network) = network {
        let allowance = REGISTRATIONS.allowance(&network, now);
        if !kit::spend(&allowance, &bridge, LOGIN_ATTEMPTS).await? {
            return Err(NotRegistered::from(allowance.refusal()).into());
        }
    }
    // The unique index decides; looking first saves the hash where the answer is known.
    let same = Filter::Eq(path("email"), (&registration.email).into());
    if bridge.exists(USERS, same).await? {
        return Err(NotRegistered::email_taken().into());
    }

    let password_hash = registration.password.hash()?;
    let user = User::register(registration, password_hash, now);
    let (session, token) = Session::open(user.id, now)?;
    let transaction =
        Transaction::new().insert(USERS, &user).insert(SESSIONS, &session).emit(&user.created());
    match bridge.transact(transaction).await {
        Ok(_) => {}
        Err(BridgeError::Conflict(Conflict::Duplicate { operation: 0, .. })) => {
            return Err(NotRegistered::email_taken().into());
        }
        Err(error) => return Err(error.into()),
    }
    let answer = Created::new("/api/auth/me".into(), variables.jwt_private_key.sign_in(user, now)?);
    Ok(WithCookie { set_cookie: variables.secure_cookies.set(&token), answer })
}
