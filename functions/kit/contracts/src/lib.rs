//! What one domain knows of another: events, and the types in them and in calls between services. A domain's model builds
//! on the contracts of others, never on their models.

#![warn(missing_docs)]

pub mod accounts;
pub mod catalogue;
mod event;
pub mod identity;
pub mod ids;
pub mod orders;
pub mod payments;

pub use event::Event;
