use std::sync::Arc;
use std::time::Duration;

use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use protocol::{Expect, Filter, Operation};

use super::dead::is_not_found;
use super::link::Live;
use crate::events::error::{BrokerError, EventsError};
use crate::events::subscribers::{orphaned_queues, queues};
use crate::store::Store;
use crate::urls::AmqpUrl;

/// How long RabbitMQ may take to connect or to confirm.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The queues that no bridge has declared for an hour: those of subscriptions or delays that the application no longer has.
pub struct OrphanedQueues {
    store: Arc<dyn Store>,
    url: AmqpUrl,
}

/// A queue that no bridge has declared for an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrphanedQueue {
    pub name: String,
    pub messages: u32,
    pub consumers: u32,
}

impl OrphanedQueue {
    /// Whether nothing is lost with it.
    pub fn is_unused(&self) -> bool {
        self.messages == 0 && self.consumers == 0
    }
}

impl OrphanedQueues {
    pub fn new(store: Arc<dyn Store>, url: &AmqpUrl) -> Self {
        Self { store, url: url.clone() }
    }

    /// Lists them, and forgets those that are gone.
    pub async fn list(&self) -> Result<Vec<OrphanedQueue>, EventsError> {
        self.visit(|_| false).await
    }

    /// Deletes those that are empty and unused, and returns all that there were.
    pub async fn prune(&self) -> Result<Vec<OrphanedQueue>, EventsError> {
        self.visit(OrphanedQueue::is_unused).await
    }

    async fn visit(
        &self,
        is_deleted: impl Fn(&OrphanedQueue) -> bool + Send,
    ) -> Result<Vec<OrphanedQueue>, EventsError> {
        let live = Live::connect(&self.url, TIMEOUT).await?;
        let mut found = Vec::new();
        for name in orphaned_queues(self.store.as_ref()).await? {
            let queue = look(&live, &name).await?;
            let is_deleted = queue.as_ref().is_some_and(&is_deleted);
            if is_deleted {
                let channel = live.channel().await?;
                let deleted = channel.queue_delete(name.as_str().into(), QueueDeleteOptions::default()).await;
                deleted.map_err(BrokerError::from)?;
            }
            if is_deleted || queue.is_none() {
                let filter = Filter::id(&name);
                let forget = Operation::Delete { collection: queues(), filter, expect: Expect::Any };
                self.store.transact(&[forget]).await?;
            }
            found.extend(queue);
        }
        live.close().await;
        Ok(found)
    }
}

/// The queue; `None` if there is none of this name.
async fn look(live: &Live, name: &str) -> Result<Option<OrphanedQueue>, BrokerError> {
    let channel = live.channel().await?;
    let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    match channel.queue_declare(name.into(), passive, FieldTable::default()).await {
        Ok(queue) => {
            channel.close(200, "OK".into()).await?;
            let (messages, consumers) = (queue.message_count(), queue.consumer_count());
            Ok(Some(OrphanedQueue { name: name.to_owned(), messages, consumers }))
        }
        // The error closed the channel.
        Err(error) if is_not_found(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
