use std::time::Duration;

use wasmtime::ResourceLimiter;

use crate::journal::{Journal, Level};

/// What one instance of a component may use, and for how long it is used again.
#[derive(Clone, Debug)]
pub struct InstanceLimits {
    /// How long a request may take before it is answered 504 and the instance is stopped.
    pub request_time: Duration,
    /// The most bytes of an instance's memory.
    pub memory: usize,
    /// How many requests an instance serves before a fresh one takes over.
    pub requests: usize,
    /// How many requests an instance serves at the same time.
    pub concurrent: usize,
    /// How long an instance without work is kept.
    pub idle: Duration,
    /// How many requests to one component may be in flight; a further one is answered 503.
    pub in_flight: usize,
}

impl Default for InstanceLimits {
    fn default() -> Self {
        Self {
            request_time: Duration::from_secs(30),
            memory: 64 * 1024 * 1024,
            requests: 128,
            concurrent: 1,
            idle: Duration::from_secs(1),
            in_flight: 512,
        }
    }
}

/// Says no when an instance asks for more memory than it may have.
pub(super) struct MemoryLimit {
    pub bytes: usize,
    pub component: std::sync::Arc<str>,
    pub journal: Journal,
}

/// The most elements of a table: functions of a component are counted in thousands.
const TABLE_ELEMENTS: usize = 20_000;

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = desired <= self.bytes;
        if !allowed {
            let message = format!("wanted {desired} bytes of memory, more than its {}", self.bytes);
            self.journal.host(&self.component, Level::Error, &message);
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }
}
