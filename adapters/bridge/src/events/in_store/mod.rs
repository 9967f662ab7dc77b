//! The store as the broker: a document of `_deliveries` for each event and subscription.
//!
//! The relay's lease holder alone delivers, so what is in flight is known in its memory and no delivery needs to be
//! claimed in the store: what a crashed bridge had in flight is simply still pending for the next holder.

mod broker;
mod dead;
mod document;
mod queue;
mod worker;

pub(crate) use broker::StoreBroker;
pub(super) use dead::StoreDeadLetters;
