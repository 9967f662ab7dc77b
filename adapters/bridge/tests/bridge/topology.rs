use bson::{DateTime, doc};
use lapin::BasicProperties;
use lapin::options::{BasicPublishOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use mcommerce_bridge::{BrokerUrl, OrphanedQueues, open_store};

use crate::backends::{Backend, connect};
use crate::support::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_the_queues_that_nobody_uses_only_empty_ones_are_deleted() {
    let Some(backend) = Backend::production() else { return };
    let BrokerUrl::Amqp(url) = &backend.broker else { unreachable!("production has RabbitMQ") };
    let shop = Shop::open(&backend).await;
    let (connection, channel) = connect().await;
    let [empty, full, gone] = ["empty", "full", "gone"].map(|name| format!("{}.{name}", backend.prefix));
    for queue in [&empty, &full] {
        let options = QueueDeclareOptions::default();
        channel.queue_declare(queue.as_str().into(), options, FieldTable::default()).await.unwrap();
    }
    let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
    channel.basic_publish("".into(), full.as_str().into(), options, b"{}", properties).await.unwrap();
    for queue in [&empty, &full, &gone] {
        backend.insert("queues", doc! { "_id": queue, "seenAt": DateTime::from_millis(0) }).await;
    }

    let orphaned = OrphanedQueues::new(open_store(&backend.store_url).unwrap(), url);
    let pruned = orphaned.prune().await.unwrap();
    let names: Vec<&str> =
        pruned.iter().filter(|queue| queue.is_unused()).map(|queue| queue.name.as_str()).collect();
    assert_eq!(names, [&empty]);
    let left = orphaned.list().await.unwrap();
    assert_eq!(
        left.iter().map(|queue| (queue.name.as_str(), queue.messages)).collect::<Vec<_>>(),
        [(full.as_str(), 1)]
    );
    assert!(shop.bridge.is_ready(), "the queues that are used were left alone");

    backend.delete_queue("full").await;
    connection.close(200, "OK".into()).await.unwrap();
    shop.shutdown().await;
    backend.clean().await;
}
