//! A mail server for one machine: it takes every mail and delivers none, but shows them on a page.

mod inbox;
mod mail;
mod page;
mod server;
mod service;
mod session;

pub use inbox::{Inbox, TooFew};
pub use mail::Mail;
pub use server::MailServer;
