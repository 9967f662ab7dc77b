use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;

use super::in_store::StoreDeadLetters;
use super::rabbit::RabbitDeadLetters;
use crate::store::{Store, StoreError};
use crate::urls::AmqpUrl;
use application::Subscriptions;

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
    #[error("broker unavailable: {0}")]
    Broker(String),
}

/// The events that are parked, wherever the broker keeps them.
pub struct DeadLetters(Box<dyn Letters>);

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

impl DeadLetters {
    /// Those of the broker `store`.
    pub fn in_store(store: Arc<dyn Store>) -> Self {
        Self(Box::new(StoreDeadLetters::new(store)))
    }

    /// Those in RabbitMQ, in the queues whose names begin with `prefix`. While they are listed or worked on they
    /// are away from their queue for a moment; two who work on them at once may each see a part.
    pub fn in_rabbit(url: &AmqpUrl, prefix: &str, subscriptions: &Subscriptions) -> Self {
        Self(Box::new(RabbitDeadLetters::new(url.clone(), prefix, subscriptions)))
    }

    /// All of them, by subscription or by age.
    pub async fn list(&self) -> Result<Vec<DeadLetter>, DeadLetterError> {
        self.0.list().await
    }

    /// The one with this id.
    pub async fn find(&self, id: &str) -> Result<Option<DeadLetter>, DeadLetterError> {
        self.0.find(id).await
    }

    /// Has one delivered again, with all its attempts anew. `false` when there is none with this id.
    pub async fn replay(&self, id: &str) -> Result<bool, DeadLetterError> {
        self.0.replay(id).await
    }

    /// Has each delivered again; says how many.
    pub async fn replay_all(&self) -> Result<usize, DeadLetterError> {
        self.0.replay_all().await
    }

    /// Throws one away. `false` when there is none with this id.
    pub async fn discard(&self, id: &str) -> Result<bool, DeadLetterError> {
        self.0.discard(id).await
    }
}
