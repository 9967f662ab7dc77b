use std::sync::Arc;

use super::dead_letter::{DeadLetter, DeadLetterError, Letters};
use super::in_store::StoreDeadLetters;
use super::rabbit::RabbitDeadLetters;
use crate::config::BrokerPrefix;
use crate::store::Store;
use crate::urls::AmqpUrl;
use application::Subscriptions;

/// The events that are parked, wherever the broker keeps them.
pub struct DeadLetters(Box<dyn Letters>);

impl DeadLetters {
    /// Those of the broker `store`.
    pub fn in_store(store: Arc<dyn Store>) -> Self {
        Self(Box::new(StoreDeadLetters::new(store)))
    }

    /// Those in RabbitMQ, in the queues whose names begin with `prefix`. While they are listed or worked on they
    /// are away from their queue for a moment; two who work on them at once may each see a part.
    pub fn in_rabbit(url: &AmqpUrl, prefix: &BrokerPrefix, subscriptions: &Subscriptions) -> Self {
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
