use async_trait::async_trait;
use serde::Serialize;

use super::error::BrokerError;
use crate::store::StoreError;

/// An event that a subscription's function refused too often.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// Its id among the dead letters: `<event id>.<subscription>`.
    pub id: String,
    /// Whose function refused it.
    pub subscription: String,
    /// How often it was tried.
    pub attempts: u32,
    /// What the function answered last, if it answered.
    pub status: Option<u16>,
    /// Why the last attempt failed.
    pub reason: String,
    /// When it was parked, RFC 3339 UTC.
    pub parked_at: String,
    /// The event itself, as it was posted.
    pub event: serde_json::Value,
}

/// Why dead letters can't be worked on.
#[derive(Debug, thiserror::Error)]
pub enum DeadLetterError {
    /// The store did not serve.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The broker did not serve.
    #[error(transparent)]
    Broker(#[from] BrokerError),
}

#[async_trait]
pub(super) trait Letters: Send + Sync {
    async fn list(&self) -> Result<Vec<DeadLetter>, DeadLetterError>;
    async fn find(&self, id: &str) -> Result<Option<DeadLetter>, DeadLetterError>;
    async fn replay(&self, id: &str) -> Result<bool, DeadLetterError>;
    async fn discard(&self, id: &str) -> Result<bool, DeadLetterError>;
    async fn replay_all(&self) -> Result<usize, DeadLetterError>;
}

/// The id of an event's letter in a subscription.
pub(super) fn letter_id(event_id: &str, subscription: &str) -> String {
    format!("{event_id}.{subscription}")
}
