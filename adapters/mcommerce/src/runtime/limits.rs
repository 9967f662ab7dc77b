use std::time::Duration;

use wasmtime::ResourceLimiter;

use crate::journal::{Journal, Level};

/// The limits of a component and its instances.
#[derive(Clone, Debug)]
pub struct InstanceLimits {
    /// The time after which a request is answered with 504 and its instance is stopped.
    pub request_time: Duration,
    /// The most memory of an instance, in bytes.
    pub memory: usize,
    /// The number of requests after which an instance is replaced.
    pub requests: usize,
    /// The number of requests that an instance serves concurrently.
    pub concurrent: usize,
    /// How long an idle instance is kept.
    pub idle: Duration,
    /// The most requests in flight to the component. Further ones are answered with 503.
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

/// Refuses to grow an instance's memory beyond its limit.
pub(super) struct MemoryLimit {
    pub bytes: usize,
    pub component: std::sync::Arc<str>,
    pub journal: Journal,
}

/// The most elements of a table. A component has a few thousand functions.
const TABLE_ELEMENTS: usize = 20_000;

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = desired <= self.bytes;
        if !allowed {
            let message =
                format!("asked for {desired} bytes of memory, which exceeds its limit of {}", self.bytes);
            self.journal.host(&self.component, Level::Error, &message);
        }
        Ok(allowed)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }
}
