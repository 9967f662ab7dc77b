use std::time::Duration;

use protocol::Collection;
use values::{Quota, Tally};

pub const LOGIN_ATTEMPTS: Collection<Tally> = Collection::new("login_attempts");

const WINDOW: Duration = Duration::from_mins(15);

/// Wrong passwords for one account, whether it exists or not.
pub const ACCOUNT_FAILURES: Quota = Quota::new("login.account", 10, WINDOW);

/// Wrong passwords from one network.
pub const ADDRESS_FAILURES: Quota = Quota::new("login.address", 50, WINDOW);

/// Accounts opened from one network.
pub const REGISTRATIONS: Quota = Quota::new("register.address", 20, WINDOW);
