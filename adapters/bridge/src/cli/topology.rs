use anyhow::bail;
use clap::{Args, Subcommand};
use mcommerce_bridge::config::own_collections;
use mcommerce_bridge::{BrokerUrl, OrphanedQueue, OrphanedQueues, open_store_with};

use super::options::Backends;

#[derive(Args)]
pub(super) struct Topology {
    #[command(flatten)]
    backends: Backends,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Lists the queues that no bridge has used for an hour.
    List,
    /// Deletes those of them that are empty and have no consumer.
    Prune,
}

impl Topology {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let BrokerUrl::Amqp(url) = &self.backends.broker else {
            bail!("the broker is the store, which has no queues");
        };
        let store = open_store_with(&self.backends.store, self.backends.settings)?;
        store.prepare(&own_collections()).await?;
        let queues = OrphanedQueues::new(store, url);
        match self.action {
            Action::List => {
                for OrphanedQueue { name, messages, consumers } in queues.list().await? {
                    println!("{name}: {messages} messages, {consumers} consumers");
                }
            }
            Action::Prune => {
                for queue in queues.prune().await? {
                    let what = if queue.is_unused() { "deleted" } else { "kept, because it is used:" };
                    println!("{what} {}", queue.name);
                }
            }
        }
        Ok(())
    }
}
