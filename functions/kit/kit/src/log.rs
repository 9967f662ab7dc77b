use std::sync::OnceLock;

use protocol::Traceparent;
use serde::{Serialize, Serializer};

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Somebody must look.
    Error,
    /// Unexpected, but handled.
    Warn,
    /// Worth knowing: one line for each request, for instance.
    Info,
}

/// The most verbose level that is logged; `None` logs nothing.
struct Threshold(Option<Level>);

/// Until the variable is read.
const DEFAULT: Level = Level::Warn;

static THRESHOLD: OnceLock<Threshold> = OnceLock::new();

struct Line<'a> {
    level: Level,
    message: &'a str,
    trace_id: &'a str,
    fields: &'a [(&'a str, &'a str)],
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let level = match self.level {
            Level::Error => "ERROR",
            Level::Warn => "WARN",
            Level::Info => "INFO",
        };
        let head = [("level", level), ("message", self.message), ("traceId", self.trace_id)];
        serializer.collect_map(head.iter().chain(self.fields).copied())
    }
}

/// Reads the variable `log_level`, once an instance. Without it, or with a bad value, warnings are logged.
#[cfg(target_arch = "wasm32")]
pub(crate) fn read_level<'a>() -> crate::Compiled<'a, ()> {
    Box::pin(async {
        let threshold = match crate::host::variable("log_level").await.as_deref() {
            Ok("off") => None,
            Ok("error") => Some(Level::Error),
            Ok("info") => Some(Level::Info),
            _ => Some(DEFAULT),
        };
        let _ = THRESHOLD.set(Threshold(threshold));
    })
}

/// Whether the level is known, so that it need not be read.
#[cfg(target_arch = "wasm32")]
pub(crate) fn is_level_known() -> bool {
    THRESHOLD.get().is_some()
}

/// Whether lines of this level are logged.
pub(crate) fn is_logged(level: Level) -> bool {
    match THRESHOLD.get() {
        Some(Threshold(threshold)) => threshold.is_some_and(|threshold| level <= threshold),
        None => level <= DEFAULT,
    }
}

/// Logs one line of JSON to standard error.
#[expect(clippy::print_stderr, reason = "standard error is where a component's log goes")]
pub(crate) fn log(level: Level, trace: &Traceparent, message: &str, fields: &[(&str, &str)]) {
    if is_logged(level) {
        let line = Line { level, message, trace_id: trace.trace_id(), fields };
        eprintln!("{}", serde_json::to_string(&line).unwrap_or_default());
    }
}
