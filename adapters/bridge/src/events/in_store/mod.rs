//! The store as the broker: a document in `_deliveries` for each event and subscription.
//!
//! Only the holder of the relay's lease delivers, so it tracks in memory what is in flight, and no delivery is claimed
//! in the store. What a crashed bridge had in flight is still pending for the next holder.

mod broker;
mod dead;
mod document;
mod queue;
mod worker;

pub(crate) use broker::StoreBroker;
pub(super) use dead::StoreDeadLetters;
