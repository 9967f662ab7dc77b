use tokio::task::JoinError;

use crate::store::StoreError;

/// Why events were not moved. They stay where they were and will be retried.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Broker(#[from] BrokerError),
    /// Another relay moved them at the same time.
    #[error("another relay moved the events")]
    Overtaken,
}

/// Why RabbitMQ did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    #[error("the broker refused or can't be reached")]
    Amqp(#[from] lapin::Error),
    #[error("the broker is not connected")]
    NotConnected,
    #[error("the broker did not connect in time")]
    ConnectTimedOut,
    #[error("the broker did not declare the queues in time")]
    DeclareTimedOut,
    #[error("the broker did not confirm the event in time")]
    ConfirmTimedOut,
    #[error("the broker did not confirm the event")]
    NotConfirmed,
    #[error("no queue takes the event")]
    Unroutable,
    #[error("the broker cancelled the consumer")]
    ConsumerCancelled,
    #[error("a delivery ended early")]
    Task(#[from] JoinError),
}
