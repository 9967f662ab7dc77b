//! The HTTP listeners for browsers and for an external bridge.

mod connection;
mod front;
mod guard;
mod problem;
mod security;

pub use connection::{Listener, Service, listen};
pub use front::{Front, Side};
pub use problem::Problem;
pub(crate) use security::{MAIL_POLICY, OWN_PAGE_POLICY};
