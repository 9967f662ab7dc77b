use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::mail::{Envelope, Mail};

/// The number of mails that are kept in memory. Older ones remain as files.
const MAX_MAILS: usize = 1000;

pub struct Inbox {
    mails: Mutex<VecDeque<Mail>>,
    received: watch::Sender<u64>,
    folder: PathBuf,
}

/// Fewer mails arrived in time than expected.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("only {received} of {expected} mails arrived in time")]
pub struct TooFew {
    pub received: u64,
    pub expected: u64,
}

impl Inbox {
    /// Creates an empty inbox that also writes mails to a folder as `.eml` files.
    pub fn new(folder: PathBuf) -> Self {
        Self { mails: Mutex::default(), received: watch::Sender::new(0), folder }
    }

    /// The mails in memory, the oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The number of mails received so far.
    pub fn received(&self) -> u64 {
        *self.received.borrow()
    }

    pub fn mail(&self, id: u64) -> Option<Mail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|mail| mail.id == id).cloned()
    }

    /// Waits until at least `expected` mails have arrived, and returns all mails in memory.
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
        // While the lock is held, so that concurrent mails get different ids.
        self.received.send_replace(id);
        Ok(id)
    }
}
