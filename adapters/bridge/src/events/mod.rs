//! How an event gets from a committed transaction to the functions that subscribed to it.
//!
//! `transact` writes it to the outbox; the relay, one among many bridges, moves it to the broker; the broker has
//! it delivered, again and again until the function answers 2xx or its attempts are used up and it is parked among
//! the dead letters. Delivery is at least once. Events of one subject are first tried in the order of their
//! transactions; one that was refused is tried again later and does not hold up those behind it.

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

pub(crate) use broker::Broker;
pub(crate) use courier::Courier;
pub use dead_letter::{DeadLetter, DeadLetterError};
pub use dead_letters::DeadLetters;
pub use deliver::{Deliver, DeliveryOutcome, EVENT_MEDIA_TYPE};
pub use error::{BrokerError, EventsError};
pub use http_deliver::HttpDeliver;
pub(crate) use in_store::StoreBroker;
pub(crate) use outbox::{Emission, Outbox};
pub(crate) use rabbit::Rabbit;
pub(crate) use relay::Relay;
