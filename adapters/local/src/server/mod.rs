//! The listeners: the shop's for browsers, and one for a bridge that runs elsewhere.

mod connection;
mod front;
mod guard;
mod problem;
mod security;

pub use connection::{Listening, Service, listen};
pub use front::{Front, Side};
pub use problem::Problem;
pub(crate) use security::{MAIL_POLICY, OWN_PAGE_POLICY};
