use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::mail::{Envelope, Mail};

/// The most mails that are kept in memory; those before them remain as files.
const MAX_MAILS: usize = 1000;

/// The mails that came in.
pub struct Inbox {
    mails: Mutex<VecDeque<Mail>>,
    received: watch::Sender<u64>,
    folder: PathBuf,
}

/// Fewer mails came in than were waited for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("only {received} of {expected} mails came in time")]
pub struct TooFew {
    /// How many came.
    pub received: u64,
    /// How many were waited for.
    pub expected: u64,
}

impl Inbox {
    /// An empty inbox that also writes mails into a folder, as `.eml` files.
    pub fn new(folder: PathBuf) -> Self {
        Self { mails: Mutex::default(), received: watch::Sender::new(0), folder }
    }

    /// The mails, the oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// How many mails have come.
    pub fn received(&self) -> u64 {
        *self.received.borrow()
    }

    /// One mail.
    pub fn mail(&self, id: u64) -> Option<Mail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|mail| mail.id == id).cloned()
    }

    /// Waits until at least this many mails have come, and gives all of them.
    pub async fn wait_for(&self, expected: u64, deadline: Duration) -> Result<Vec<Mail>, TooFew> {
        let mut received = self.received.subscribe();
        match tokio::time::timeout(deadline, received.wait_for(|count| *count >= expected)).await {
            Ok(_) => Ok(self.mails()),
            Err(_) => Err(TooFew { received: *self.received.borrow(), expected }),
        }
    }

    pub(super) async fn receive(&self, envelope: Envelope, raw: Vec<u8>) -> std::io::Result<u64> {
        let name = format!("{}.eml", uuid::Uuid::now_v7());
        tokio::fs::create_dir_all(&self.folder).await?;
        tokio::fs::write(self.folder.join(name), &raw).await?;
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        let id = *self.received.borrow() + 1;
        if mails.len() == MAX_MAILS {
            mails.pop_front();
        }
        mails.push_back(Mail::parse(id, envelope, &raw));
        // Within the lock, so that two mails at once count as two.
        self.received.send_replace(id);
        Ok(id)
    }
}
