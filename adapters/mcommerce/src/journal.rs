//! The log of components' output and of what `mcommerce` reports about components.

use std::collections::VecDeque;
use std::fmt;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The number of lines that a journal in memory keeps.
const MEMORY_LINES: usize = 20_000;

/// Writes lines of JSON. JSON from components gets a time and the component's name; other output of components and messages
/// about them are wrapped in JSON.
#[derive(Clone)]
pub struct Journal(Arc<Sink>);

enum Sink {
    StandardError,
    Memory(Mutex<VecDeque<String>>),
}

#[derive(Clone, Copy, Debug)]
pub enum Level {
    Info,
    Warn,
    Error,
}

impl Journal {
    pub fn stderr() -> Self {
        Self(Arc::new(Sink::StandardError))
    }

    /// Keeps the latest lines in memory, for tests.
    pub fn memory() -> Self {
        Self(Arc::new(Sink::Memory(Mutex::default())))
    }

    /// The lines in memory; empty if the journal writes to standard error.
    pub fn lines(&self) -> Vec<String> {
        match &*self.0 {
            Sink::StandardError => Vec::new(),
            Sink::Memory(lines) => {
                lines.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
            }
        }
    }

    /// Logs a line that a component wrote.
    pub fn guest(&self, component: &str, line: &str) {
        if line.starts_with("{\"") && line.ends_with('}') {
            let (time, component) = (now(), serde_json::Value::from(component));
            self.write(format!("{{\"time\":\"{time}\",\"component\":{component},{}", &line[1..]));
        } else if !line.trim().is_empty() {
            self.host(component, Level::Info, line);
        }
    }

    /// Logs a message about a component.
    pub fn host(&self, component: &str, level: Level, message: &str) {
        self.host_of(None, component, level, message);
    }

    /// Logs a message about a component and a request, which is identified by its trace.
    pub fn host_of(&self, trace_id: Option<&str>, component: &str, level: Level, message: &str) {
        let level = match level {
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        };
        let mut line = serde_json::json!({
            "time": now(), "level": level, "component": component, "message": message,
        });
        if let Some(trace_id) = trace_id {
            line["traceId"] = trace_id.into();
        }
        self.write(line.to_string());
    }

    fn write(&self, mut line: String) {
        match &*self.0 {
            Sink::StandardError => {
                line.push('\n');
                // If standard error is closed, there is nowhere to report that.
                let _ = std::io::stderr().lock().write_all(line.as_bytes());
            }
            Sink::Memory(lines) => {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.len() == MEMORY_LINES {
                    lines.pop_front();
                }
                lines.push_back(line);
            }
        }
    }
}

fn now() -> String {
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Journal")
    }
}
