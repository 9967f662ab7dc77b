//! The accounts that a shop on one machine starts with.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, SaltString};
use bson::{DateTime, Document, doc};
use mcommerce_bridge::store::{Store, StoreError};
use protocol::{CollectionName, Filter, Operation, Path, Query};

use crate::secrets::random_password;

/// The e-mail address of the demo shopper.
pub const SHOPPER_EMAIL: &str = "demo@mcommerce.example";
/// The e-mail address of the demo administrator.
pub const ADMIN_EMAIL: &str = "admin@mcommerce.example";

/// What an administrator may do: everything.
const ADMIN_PERMISSIONS: [&str; 15] = [
    "create:product",
    "update:product",
    "delete:product",
    "adjust:stock",
    "create:category",
    "update:category",
    "delete:category",
    "read:order",
    "write:order",
    "refund:payment",
    "read:user",
    "write:user",
    "delete:user",
    "read:role",
    "write:role",
];

/// What somebody signs in with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The e-mail address.
    pub email: String,
    /// The password. It is shown where the shop was started and nowhere else.
    pub password: String,
}

/// Why the accounts are not there.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The store refused or can't be reached.
    #[error("the demo accounts could not be stored: {0}")]
    Store(#[from] StoreError),
    /// A password can't be hashed.
    #[error("a password could not be hashed: {0}")]
    Hash(argon2::password_hash::Error),
}

/// Makes the demo shopper with this password unless there is one.
pub async fn ensure_shopper(store: &dyn Store, password: &str) -> Result<Credentials, AccountsError> {
    let credentials = Credentials { email: SHOPPER_EMAIL.to_owned(), password: password.to_owned() };
    if !is_there(store, SHOPPER_EMAIL).await? {
        insert(store, user(&credentials, "Demo Shopper", "customer", &[]).await?).await?;
    }
    Ok(credentials)
}

/// Makes an administrator with a random password unless there is one; the password is only ever told here.
pub async fn ensure_admin(store: &dyn Store) -> Result<Option<Credentials>, AccountsError> {
    if is_there(store, ADMIN_EMAIL).await? {
        return Ok(None);
    }
    let credentials = Credentials { email: ADMIN_EMAIL.to_owned(), password: random_password() };
    let made =
        insert(store, user(&credentials, "Demo Administrator", "admin", &ADMIN_PERMISSIONS).await?).await?;
    Ok(made.then_some(credentials))
}

async fn is_there(store: &dyn Store, email: &str) -> Result<bool, AccountsError> {
    let filter = Filter::Eq(Path::parse("email").expect("the path is well formed"), email.to_owned().into());
    let query = Query { filter, limit: 1, ..Query::of(users()) };
    Ok(!store.query(&query).await?.documents.is_empty())
}

/// Whether it was inserted; not if somebody else was faster.
async fn insert(store: &dyn Store, document: Document) -> Result<bool, AccountsError> {
    match store.transact(&[Operation::Insert { collection: users(), document }]).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn user(
    credentials: &Credentials,
    name: &str,
    role: &str,
    permissions: &[&str],
) -> Result<Document, AccountsError> {
    let password = credentials.password.clone();
    let hashed = tokio::task::spawn_blocking(move || {
        let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>())?;
        Argon2::default().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string())
    });
    let hash = hashed.await.expect("hashing does not panic").map_err(AccountsError::Hash)?;
    let now = DateTime::now();
    Ok(doc! {
        "_id": uuid::Uuid::now_v7().to_string(),
        "email": &credentials.email,
        "name": name,
        "passwordHash": hash,
        "role": role,
        "permissions": permissions,
        "locale": "en",
        "emailVerified": true,
        "createdAt": now,
        "updatedAt": now,
        "version": 1,
    })
}

fn users() -> CollectionName {
    CollectionName::parse("users").expect("the name is well formed")
}
