use serde::Serialize;

use crate::Trace;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Somebody must look.
    Error,
    /// Odd, but handled.
    Warn,
    /// Worth knowing.
    Info,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    level: Level,
    message: &'a str,
    trace_id: &'a str,
    #[serde(flatten)]
    fields: std::collections::BTreeMap<&'a str, &'a str>,
}

/// Writes one JSON line to standard error. Fields are identifiers and reasons, never personal data or secrets.
#[expect(clippy::print_stderr, reason = "standard error is where a component's log goes")]
pub fn log(level: Level, trace: &Trace, message: &str, fields: &[(&str, &str)]) {
    let line = Line { level, message, trace_id: trace.id(), fields: fields.iter().copied().collect() };
    eprintln!("{}", serde_json::to_string(&line).unwrap_or_default());
}
