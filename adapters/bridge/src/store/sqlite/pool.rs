//! Connections to one SQLite file, used on threads that may block.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::error::PoolError;
use crate::store::error::StoreError;

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 64;

/// A pool of connections that are opened when first needed. Clones share it.
#[derive(Clone)]
pub(super) struct Pool(Arc<Inner>);

struct Inner {
    path: PathBuf,
    /// How long a request waits for a connection, and a connection for another process's lock.
    timeout: Duration,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Pool {
    pub(super) fn new(path: &Path, size: usize, timeout: Duration) -> Self {
        Self(Arc::new(Inner {
            path: path.to_owned(),
            timeout,
            idle: Mutex::default(),
            permits: Arc::new(Semaphore::new(size)),
        }))
    }

    /// Runs `work` with a connection. It is not cancelled with the caller, so a transaction is never left half done.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = tokio::time::timeout(self.0.timeout, Arc::clone(&self.0.permits).acquire_owned())
            .await
            .map_err(|_| PoolError::Busy.into_store_error())?
            .map_err(|_| PoolError::Closed.into_store_error())?;
        let inner = Arc::clone(&self.0);
        let run = move || {
            let idle = inner.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = idle.map_or_else(|| connect(&inner.path, inner.timeout), Ok)?;
            let result = work(&mut connection);
            inner.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            drop(permit);
            result
        };
        tokio::task::spawn_blocking(run).await.map_err(|error| PoolError::Task(error).into_store_error())?
    }
}

fn connect(path: &Path, timeout: Duration) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(timeout)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "cache_size", -16 * 1024)?;
    Ok(connection)
}
