//! What is written to whom, in which language: rules without I/O.

pub mod changes;
mod html;
mod message;
mod money;
mod receipt;
mod record;

pub use message::{MailError, Sender, UnknownSender};
pub use money::format_money;
pub use receipt::Receipt;
pub use record::{KEPT, MAILS, MailRecord, MailStatus, SENDING_TAKES, Standing};
