//! Where the lines go that components write and the host writes about them.

use std::collections::VecDeque;
use std::fmt;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The most lines that a journal in memory keeps.
const MEMORY_LINES: usize = 20_000;

/// A log of lines. A component's own JSON lines get the time and its name; its other output and what the host has to
/// say about a component become JSON lines as well.
#[derive(Clone)]
pub struct Journal(Arc<Sink>);

enum Sink {
    StandardError,
    Memory(Mutex<VecDeque<String>>),
}

/// How bad it is.
#[derive(Clone, Copy, Debug)]
pub enum Level {
    /// Good to know.
    Info,
    /// Somebody should look.
    Warn,
    /// Something failed.
    Error,
}

impl Journal {
    /// To standard error.
    pub fn stderr() -> Self {
        Self(Arc::new(Sink::StandardError))
    }

    /// To memory, for a test to look at. Old lines go when there are many.
    pub fn memory() -> Self {
        Self(Arc::new(Sink::Memory(Mutex::default())))
    }

    /// The lines so far, if they are kept in memory.
    pub fn lines(&self) -> Vec<String> {
        match &*self.0 {
            Sink::StandardError => Vec::new(),
            Sink::Memory(lines) => {
                lines.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
            }
        }
    }

    /// A line that a component wrote.
    pub fn guest(&self, component: &str, line: &str) {
        if line.starts_with("{\"") && line.ends_with('}') {
            let (time, component) = (now(), serde_json::Value::from(component));
            self.write(format!("{{\"time\":\"{time}\",\"component\":{component},{}", &line[1..]));
        } else if !line.trim().is_empty() {
            self.host(component, Level::Info, line);
        }
    }

    /// What the host has to say about a component.
    pub fn host(&self, component: &str, level: Level, message: &str) {
        self.host_of(None, component, level, message);
    }

    /// What the host has to say about a component and one request, by the id of its trace.
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
                // Nowhere is left to complain to when standard error is gone.
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
