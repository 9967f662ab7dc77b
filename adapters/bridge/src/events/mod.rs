//! How events get from a committed transaction to the functions that subscribed to them.
//!
//! `transact` writes an event to the outbox, the relay of one of the bridges moves it to the broker, and the broker has
//! it delivered until the function answers 2xx or the attempts are used up, when it becomes a dead letter, or is
//! skipped if a schedule emitted it. Delivery is at least once. Their order is not kept: several bridges relay and deliver, and a refused event is retried
//! later without delaying those behind it. An event carries the version of the document that it is about.

mod broker;
mod courier;
mod dead_letter;
mod dead_letters;
mod deliver;
mod error;
mod http_deliver;
mod in_store;
mod outbox;
mod rabbit;
mod relay;
mod subscribers;

pub(crate) use broker::Broker;
pub(crate) use courier::Courier;
pub use dead_letter::{DeadLetter, DeadLetterError};
pub use dead_letters::DeadLetters;
pub(crate) use deliver::SCHEDULES;
pub use deliver::{Deliver, DeliveryOutcome, EVENT_MEDIA_TYPE};
pub use error::{BrokerError, EventsError};
pub use http_deliver::HttpDeliver;
pub(crate) use in_store::StoreBroker;
pub(crate) use outbox::{Emission, Outbox};
pub(crate) use rabbit::Rabbit;
pub use rabbit::{OrphanedQueue, OrphanedQueues};
pub(crate) use relay::Relay;
pub(crate) use subscribers::Subscribers;
