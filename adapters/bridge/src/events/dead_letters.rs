use std::sync::Arc;

use super::dead_letter::{DeadLetter, DeadLetterError, Letters};
use super::in_store::StoreDeadLetters;
use super::rabbit::RabbitDeadLetters;
use crate::config::BrokerPrefix;
use crate::store::Store;
use crate::urls::AmqpUrl;
use application::Subscriptions;

/// The dead letters, wherever the broker keeps them.
pub struct DeadLetters(Box<dyn Letters>);

impl DeadLetters {
    /// Opens the dead letters of the broker `store`.
    pub fn in_store(store: Arc<dyn Store>) -> Self {
        Self(Box::new(StoreDeadLetters::new(store)))
    }

    /// Opens the dead letters in RabbitMQ, in the queues whose names begin with `prefix`. Listing takes them out of
    /// their queue for a moment, so two callers at the same time may each see only a part.
    pub fn in_rabbit(url: &AmqpUrl, prefix: &BrokerPrefix, subscriptions: &Subscriptions) -> Self {
        Self(Box::new(RabbitDeadLetters::new(url.clone(), prefix, subscriptions)))
    }

    /// Lists all dead letters, by subscription or by age.
    pub async fn list(&self) -> Result<Vec<DeadLetter>, DeadLetterError> {
        self.0.list().await
    }

    pub async fn find(&self, id: &str) -> Result<Option<DeadLetter>, DeadLetterError> {
        self.0.find(id).await
    }

    /// Delivers a dead letter again, with as many attempts as a new event. `false` if the id is unknown.
    pub async fn replay(&self, id: &str) -> Result<bool, DeadLetterError> {
        self.0.replay(id).await
    }

    /// Delivers all dead letters again, and returns how many.
    pub async fn replay_all(&self) -> Result<usize, DeadLetterError> {
        self.0.replay_all().await
    }

    /// Deletes a dead letter. `false` if the id is unknown.
    pub async fn discard(&self, id: &str) -> Result<bool, DeadLetterError> {
        self.0.discard(id).await
    }
}
