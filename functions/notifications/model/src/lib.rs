//! Mails: what is written to whom, in which language. Rules without I/O.

pub mod changes;
mod message;
mod money;
mod receipt;
mod record;

pub use message::{InvalidSender, MailError, Sender};
pub use money::format_money;
pub use receipt::Receipt;
pub use record::{KEPT, MAILS, MailRecord, MailStatus, SENDING_TAKES, Standing};
