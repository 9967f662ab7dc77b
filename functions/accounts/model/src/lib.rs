//! Users, passwords, sessions and permissions: rules without I/O.

mod access;
mod common_passwords;
mod cookie;
mod credentials;
mod limits;
mod password;
mod public_key;
mod refusals;
mod session;
mod user;

pub use access::{ACCESS_SECONDS, AccessKey, InvalidKey, SessionView};
pub use cookie::RefreshCookie;
pub use credentials::{Credentials, LoginInput, Registration, RegistrationInput};
pub use limits::{ACCOUNT_FAILURES, ADDRESS_FAILURES, LOGIN_ATTEMPTS, REGISTRATIONS};
pub use password::{Password, PasswordHash, Plaintext, WeakPassword};
pub use public_key::{Jwk, Jwks};
pub use refusals::{NotRefreshed, NotRegistered, NotSignedIn, SignedOut};
pub use session::{Family, FamilyId, RefreshToken, SESSIONS, Session, SessionId, Standing};
pub use user::{DisplayName, InvalidName, USERS, User, UserView};
