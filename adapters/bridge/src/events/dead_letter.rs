use async_trait::async_trait;
use serde::Serialize;

use super::error::BrokerError;
use crate::store::StoreError;

/// An event that a subscription's function refused too often.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    /// `<event id>.<subscription>`
    pub id: String,
    pub subscription: String,
    pub attempts: u32,
    /// The status of the last answer, if there was one.
    pub status: Option<u16>,
    pub reason: String,
    /// RFC 3339, UTC.
    pub parked_at: String,
    /// As it was posted.
    pub event: serde_json::Value,
}

#[derive(Debug, thiserror::Error)]
pub enum DeadLetterError {
    #[error(transparent)]
    Store(#[from] StoreError),
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

pub(super) fn letter_id(event_id: &str, subscription: &str) -> String {
    format!("{event_id}.{subscription}")
}
