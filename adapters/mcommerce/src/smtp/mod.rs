//! A mail server that catches all mails and shows them on a page instead of delivering them.

mod inbox;
mod mail;
mod page;
mod server;
mod service;
mod session;

pub use inbox::{Inbox, TooFew};
pub use mail::Mail;
pub use server::MailServer;
