use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What tells a repeated request from a new one; stored in the document that the first request inserts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// The client's key, in the scope of whoever asks.
    pub key: String,
    /// A digest of the request's body.
    pub fingerprint: String,
}

/// A document that says which request inserted it. Its collection has a unique index on `idempotency.key`.
pub trait Idempotent {
    /// The key and the fingerprint of that request.
    fn idempotency(&self) -> &Idempotency;
}

/// SHA-256 of a body's JSON, in hexadecimal: tells one body from another under the same key. Only for bodies without
/// secrets; for those, use a keyed digest ([`crate::Secret::digest`]).
pub fn fingerprint<T: Serialize>(body: &T) -> String {
    let json = serde_json::to_vec(body).expect("a body that was read as JSON can be written as JSON");
    hex::encode(Sha256::digest(json))
}
