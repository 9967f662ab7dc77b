use std::time::Duration;

use async_trait::async_trait;
use lapin::ErrorKind;
use lapin::message::BasicGetMessage;
use lapin::options::{BasicAckOptions, BasicGetOptions};
use lapin::protocol::{AMQPErrorKind, AMQPSoftError};

use super::link::Live;
use super::message::{letter, replayed};
use super::names::Names;
use crate::config::BrokerPrefix;
use crate::events::dead_letter::{DeadLetter, DeadLetterError, Letters};
use crate::events::error::BrokerError;
use crate::urls::AmqpUrl;
use application::Subscriptions;

/// How long RabbitMQ may take to connect or to confirm.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many letters of one queue are read at most.
const MAX_LETTERS: usize = 10_000;

/// The dead letters in RabbitMQ. AMQP can't peek into a queue, so messages are taken out without acknowledging them,
/// and return to their positions when the channel closes.
pub(in crate::events) struct RabbitDeadLetters {
    url: AmqpUrl,
    names: Names,
    subscriptions: Vec<String>,
}

#[derive(Clone, Copy)]
enum Fate {
    Keep,
    Replay,
    Discard,
}

impl RabbitDeadLetters {
    pub(in crate::events) fn new(url: AmqpUrl, prefix: &BrokerPrefix, subscriptions: &Subscriptions) -> Self {
        let subscriptions = subscriptions.iter().map(|subscription| subscription.name().to_owned()).collect();
        Self { url, names: Names::new(prefix), subscriptions }
    }

    /// Visits each letter once, and does with it what `decide` returns.
    async fn visit(&self, mut decide: impl FnMut(DeadLetter) -> Fate + Send) -> Result<(), DeadLetterError> {
        let live = Live::connect(&self.url, TIMEOUT).await?;
        let visited = self.visit_on(&live, &mut decide).await;
        live.close().await;
        Ok(visited?)
    }

    async fn visit_on(
        &self,
        live: &Live,
        decide: &mut (impl FnMut(DeadLetter) -> Fate + Send),
    ) -> Result<(), BrokerError> {
        'subscriptions: for subscription in &self.subscriptions {
            let channel = live.channel().await?;
            let queue = self.names.dead_queue(subscription);
            let mut kept = Vec::new();
            // Stops after the letters that were there at first, because a replayed one may be parked again meanwhile.
            let mut left = MAX_LETTERS;
            while left > 0 {
                let message = match channel.basic_get(queue.as_str().into(), BasicGetOptions::default()).await
                {
                    Ok(Some(message)) => message,
                    Ok(None) => break,
                    // No bridge has declared the queue, so it holds no letters. The error closed the channel.
                    Err(error) if is_not_found(&error) => continue 'subscriptions,
                    Err(error) => return Err(error.into()),
                };
                left = (left - 1).min(usize::try_from(message.message_count).unwrap_or(MAX_LETTERS));
                match decide(letter(subscription, &message.properties, &message.data)) {
                    Fate::Keep => kept.push(message),
                    Fate::Discard => acknowledge(&message).await?,
                    Fate::Replay => {
                        let queue = self.names.queue(subscription);
                        let properties = replayed(&message.properties);
                        live.publish(String::new(), &queue, true, &message.data, properties).await?;
                        acknowledge(&message).await?;
                    }
                }
            }
            channel.close(200, "OK".into()).await?;
        }
        Ok(())
    }

    async fn act_on(&self, id: &str, fate: Fate) -> Result<bool, DeadLetterError> {
        let mut found = false;
        self.visit(|letter| {
            if !found && letter.id == id {
                found = true;
                fate
            } else {
                Fate::Keep
            }
        })
        .await?;
        Ok(found)
    }
}

pub(super) fn is_not_found(error: &lapin::Error) -> bool {
    let not_found = AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND);
    matches!(error.kind(), ErrorKind::ProtocolError(error) if *error.kind() == not_found)
}

async fn acknowledge(message: &BasicGetMessage) -> Result<(), BrokerError> {
    message.ack(BasicAckOptions::default()).await?;
    Ok(())
}

#[async_trait]
impl Letters for RabbitDeadLetters {
    async fn list(&self) -> Result<Vec<DeadLetter>, DeadLetterError> {
        let mut letters = Vec::new();
        self.visit(|letter| {
            letters.push(letter);
            Fate::Keep
        })
        .await?;
        Ok(letters)
    }

    async fn find(&self, id: &str) -> Result<Option<DeadLetter>, DeadLetterError> {
        let mut found = None;
        self.visit(|letter| {
            if letter.id == id {
                found = Some(letter);
            }
            Fate::Keep
        })
        .await?;
        Ok(found)
    }

    async fn replay(&self, id: &str) -> Result<bool, DeadLetterError> {
        self.act_on(id, Fate::Replay).await
    }

    async fn discard(&self, id: &str) -> Result<bool, DeadLetterError> {
        self.act_on(id, Fate::Discard).await
    }

    async fn replay_all(&self) -> Result<usize, DeadLetterError> {
        let mut replayed = 0;
        self.visit(|_| {
            replayed += 1;
            Fate::Replay
        })
        .await?;
        Ok(replayed)
    }
}
