use application::Declarations;
use bson::Document;
use lapin::options::{ExchangeDeleteOptions, QueueDeleteOptions};
use lapin::{Channel, Connection, ConnectionProperties};
use mcommerce_bridge::{AmqpUrl, BrokerUrl, DeadLetters, open_store};
use protocol::{CollectionName, Operation, Query};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::DECLARED;

/// A store and a broker for one test.
pub(crate) struct Backend {
    pub(crate) store_url: String,
    pub(crate) broker: BrokerUrl,
    pub(crate) prefix: String,
    _folder: Option<TempDir>,
}

impl Backend {
    /// SQLite, which is also the broker.
    pub(crate) fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store_url = format!("sqlite:{}", folder.path().join("shop.db").display());
        Self { store_url, broker: BrokerUrl::Store, prefix: name(), _folder: Some(folder) }
    }

    /// MongoDB and RabbitMQ, if the environment names them. Otherwise reports so, which is a failure in CI.
    pub(crate) fn production() -> Option<Self> {
        let (Ok(mongodb), Ok(amqp)) = (std::env::var("MONGODB_URI"), std::env::var("AMQP_URL")) else {
            let loud = "NOT RUN on MongoDB and RabbitMQ: MONGODB_URI and AMQP_URL are not both set";
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{loud}");
            eprintln!("{loud}");
            return None;
        };
        let name = name();
        let (server, options) = mongodb.split_once('?').unwrap_or((&mongodb, ""));
        let (scheme, hosts) = server.split_once("://").unwrap();
        let hosts = hosts.split('/').next().unwrap();
        let store_url = format!("{scheme}://{hosts}/{name}?{options}");
        let broker = BrokerUrl::Amqp(amqp.parse::<AmqpUrl>().unwrap());
        Some(Self { store_url, broker, prefix: name, _folder: None })
    }

    pub(crate) fn dead_letters(&self) -> DeadLetters {
        match &self.broker {
            BrokerUrl::Amqp(url) => {
                DeadLetters::in_rabbit(url, &self.prefix.parse().unwrap(), declared().subscriptions())
            }
            BrokerUrl::Store => DeadLetters::in_store(open_store(&self.store_url).unwrap()),
        }
    }

    /// Puts a document into one of the bridge's own collections, as a careless hand would.
    pub(crate) async fn insert(&self, collection: &'static str, document: Document) {
        let collection = CollectionName::internal(collection);
        let insert = Operation::Insert { collection, document };
        open_store(&self.store_url).unwrap().transact(&[insert]).await.unwrap();
    }

    /// The documents of one of the bridge's own collections.
    pub(crate) async fn all(&self, collection: &'static str) -> Vec<Document> {
        let query = Query::new(CollectionName::internal(collection));
        let found = open_store(&self.store_url).unwrap().query(&query).await.unwrap().documents;
        found.iter().map(|document| Document::try_from(document.as_ref()).unwrap()).collect()
    }

    /// Deletes a queue of this test's, as a careless hand would.
    pub(crate) async fn delete_queue(&self, name: &str) {
        let (connection, channel) = connect().await;
        let queue = format!("{}.{name}", self.prefix);
        channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await.unwrap();
        connection.close(200, "OK".into()).await.unwrap();
    }

    /// Removes what the test left on the servers.
    pub(crate) async fn clean(self) {
        if self.broker == BrokerUrl::Store {
            return;
        }
        let client = mongodb::Client::with_uri_str(&self.store_url).await.unwrap();
        client.database(&self.prefix).drop().await.unwrap();
        let (connection, channel) = connect().await;
        for subscription in declared().subscriptions().iter() {
            let queue = format!("{}.{}", self.prefix, subscription.name());
            let delays = subscription.delays().map(|delay| format!("{queue}.retry.{}ms", delay.as_millis()));
            for queue in [queue.clone(), format!("{queue}.dead")].into_iter().chain(delays) {
                channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await.unwrap();
            }
        }
        let exchange = format!("{}.events", self.prefix);
        channel.exchange_delete(exchange.into(), ExchangeDeleteOptions::default()).await.unwrap();
        connection.close(200, "OK".into()).await.unwrap();
    }
}

pub(crate) async fn connect() -> (Connection, Channel) {
    let url = std::env::var("AMQP_URL").unwrap();
    let connection = Connection::connect(&url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    (connection, channel)
}

fn declared() -> Declarations {
    Declarations::parse(DECLARED).unwrap()
}

fn name() -> String {
    format!("test-{}", &Uuid::new_v4().simple().to_string()[..16])
}

/// Runs tests on SQLite, and on MongoDB with RabbitMQ. Both must behave alike.
macro_rules! on_both_backends {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$test(&$crate::backends::Backend::embedded()).await;
                }
            )*
        }
        mod on_mongodb_and_rabbitmq {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    if let Some(backend) = $crate::backends::Backend::production() {
                        super::$test(&backend).await;
                        backend.clean().await;
                    }
                }
            )*
        }
    };
}
pub(crate) use on_both_backends;
