//! The demo accounts.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, SaltString};
use bson::{DateTime, Document, doc};
use contracts::identity::{Permission, Role};
use mcommerce_bridge::store::{Store, StoreError};
use protocol::{CollectionName, Filter, Operation, Path, Query};

use crate::secrets::random_password;

pub const SHOPPER_EMAIL: &str = "demo@mcommerce.example";
pub const ADMIN_EMAIL: &str = "admin@mcommerce.example";

#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub email: String,
    /// Only shown on the terminal that the shop was started from.
    pub password: String,
}

#[derive(Clone, Default)]
pub struct DemoAccounts {
    /// Only set by the start that creates the account.
    pub admin: Option<Credentials>,
    pub shopper: Option<Credentials>,
}

#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    #[error("can't store the demo accounts: {0}")]
    Store(#[from] StoreError),
    #[error("can't hash a password: {0}")]
    Hash(argon2::password_hash::Error),
}

/// Creates the demo shopper unless it exists.
pub async fn ensure_shopper(store: &dyn Store, password: &str) -> Result<Credentials, AccountsError> {
    let credentials = Credentials { email: SHOPPER_EMAIL.to_owned(), password: password.to_owned() };
    if !exists(store, SHOPPER_EMAIL).await? {
        insert(store, user(&credentials, "Demo Shopper", Role::Customer, &[]).await?).await?;
    }
    Ok(credentials)
}

/// Creates an administrator with a random password unless one exists. The password can't be found out later.
pub async fn ensure_admin(store: &dyn Store) -> Result<Option<Credentials>, AccountsError> {
    if exists(store, ADMIN_EMAIL).await? {
        return Ok(None);
    }
    let credentials = Credentials { email: ADMIN_EMAIL.to_owned(), password: random_password() };
    let inserted =
        insert(store, user(&credentials, "Demo Administrator", Role::Admin, Permission::ALL).await?).await?;
    Ok(inserted.then_some(credentials))
}

async fn exists(store: &dyn Store, email: &str) -> Result<bool, AccountsError> {
    let filter = Filter::Eq(Path::parse("email").expect("the path is well formed"), email.to_owned().into());
    let query = Query { filter, limit: 1, ..Query::new(users()) };
    Ok(!store.query(&query).await?.documents.is_empty())
}

/// Returns false if another process has inserted the account.
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
    role: Role,
    permissions: &[Permission],
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
        "role": bson::serialize_to_bson(&role).expect("a role is text"),
        "permissions": permissions.iter().map(|permission| permission.name()).collect::<Vec<_>>(),
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
