use std::sync::OnceLock;

use protocol::Traceparent;
use serde::{Serialize, Serializer};
use values::Variable;

use crate::variable::read_variable;

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

impl Variable for Threshold {
    fn parse(text: String) -> Result<Self, impl std::fmt::Display> {
        match text.as_str() {
            "off" => Ok(Self(None)),
            "error" => Ok(Self(Some(Level::Error))),
            "warn" => Ok(Self(Some(Level::Warn))),
            "info" => Ok(Self(Some(Level::Info))),
            _ => Err("must be off, error, warn or info"),
        }
    }
}

/// Reads the variable `log_level`, once an instance. Without it, or with a bad value, warnings are logged.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only the Wasm edge answers"))]
pub(crate) async fn read_level() {
    if THRESHOLD.get().is_none() {
        let read = read_variable::<Threshold>("log_level").await;
        let _ = THRESHOLD.set(read.unwrap_or(Threshold(Some(DEFAULT))));
    }
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
