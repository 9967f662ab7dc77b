use accounts_model::{
    ACCOUNT_FAILURES, ADDRESS_FAILURES, Credentials, LOGIN_ATTEMPTS, LoginInput, NotSignedIn, PasswordHash,
    USERS, User,
};
use kit::Bridge;
use protocol::{Filter, Found, Query, Transaction, path};
use values::{Allowance, Invalid, Moment, Problem, Tally};

/// An attempt to sign in, and what it counts against.
pub(super) struct SignIn {
    credentials: Credentials,
    account: Allowance,
    network: Option<Allowance>,
}

impl SignIn {
    pub(super) fn parse(input: LoginInput, network: Option<String>, now: Moment) -> Result<Self, Invalid> {
        let credentials = Credentials::parse(input)?;
        Ok(Self {
            account: ACCOUNT_FAILURES.allowance(credentials.email.as_str(), now),
            network: network.map(|network| ADDRESS_FAILURES.allowance(&network, now)),
            credentials,
        })
    }

    /// The user whose credentials these are.
    pub(super) async fn check(&self, bridge: &Bridge) -> Result<User, Problem<NotSignedIn>> {
        let user = self.find_user(bridge).await?;
        // Counted before the password is verified, so that concurrent guesses can't exceed the limit together.
        if !kit::spend(&self.account, bridge, LOGIN_ATTEMPTS).await? {
            return Err(NotSignedIn::from(self.account.refusal()).into());
        }
        let hash = user.as_ref().map(|user| &user.password_hash);
        let matches = PasswordHash::verify(hash, &self.credentials.password);
        if let Some(user) = user.filter(|_| matches) {
            return Ok(user);
        }
        if let Some(network) = &self.network {
            kit::spend(network, bridge, LOGIN_ATTEMPTS).await?;
        }
        Err(NotSignedIn::InvalidCredentials.into())
    }

    /// Clears the account's failures together with the transaction that signs in.
    pub(super) fn forget_failures(&self, transaction: Transaction) -> Transaction {
        self.account.clear(LOGIN_ATTEMPTS, transaction)
    }

    /// The user with this address, if there is one; refuses if too many failures came from the client's network.
    async fn find_user(&self, bridge: &Bridge) -> Result<Option<User>, Problem<NotSignedIn>> {
        let email = (&self.credentials.email).into();
        let users = Query { limit: 1, ..USERS.query(Filter::Eq(path("email"), email)) };
        let Some(network) = &self.network else { return Ok(bridge.query(users).await?.documents.pop()) };
        let (mut users, failures): (Found<User>, Found<Tally>) =
            bridge.queries(vec![users, network.query(LOGIN_ATTEMPTS)]).await?;
        if network.is_spent(&failures.documents) {
            return Err(NotSignedIn::from(network.refusal()).into());
        }
        Ok(users.documents.pop())
    }
}
