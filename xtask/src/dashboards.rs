//! Grafana's dashboards, rendered from `k8s/observability/dashboards/<name>.toml`.
//!
//! A source contains what is particular to a dashboard: its rows, panels and queries. Everything else, from the layout to
//! the options of a legend, is decided once in `grafana`. `source` defines the keys.

mod grafana;
mod source;
#[cfg(test)]
mod tests;

use thiserror::Error;

/// A dashboard's source is refused. The message starts with the file and the key.
#[derive(Debug, Error)]
pub(crate) enum DashboardError {
    /// The file is not TOML, or a key is unknown, missing or of the wrong type. `error` quotes the line.
    #[error("{file}: {error}")]
    Syntax {
        /// The source's file name, without its folder.
        file: String,
        error: toml::de::Error,
    },
    /// A value is invalid.
    #[error("{file}: {key}: {problem}")]
    Value {
        /// The source's file name, without its folder.
        file: String,
        /// The key, after its panel or variable: `panel "Errors", width`.
        key: String,
        problem: Problem,
    },
}

/// What is wrong with a value that parses.
#[derive(Clone, Copy, Debug, Error, Eq, PartialEq)]
pub(crate) enum Problem {
    /// A title or a query without text.
    #[error("is empty")]
    Empty,
    /// A key that this kind of panel requires.
    #[error("is missing")]
    Missing,
    /// `query` or `legend` beside `queries`.
    #[error("excludes `queries`")]
    TwoWays,
    /// A key that this kind of panel does not support.
    #[error("doesn't apply to this kind of panel")]
    OtherKind,
    /// Two panels of a row share title and kind.
    #[error("appears more than once in its row")]
    Duplicate,
    /// A size that is 0 or wider than the grid.
    #[error("must be at least 1, and a width at most 24")]
    Size,
    /// Thresholds without a bound.
    #[error("must name at least one bound")]
    Unbounded,
    /// No query uses a variable.
    #[error("is used by no query")]
    Unused,
    /// A query uses a variable that the dashboard does not declare.
    #[error("uses a variable that the dashboard does not declare")]
    UnknownVariable,
}

/// Renders a dashboard as Grafana's JSON, with a newline at its end. `name` is the source's file name without
/// `.toml`, and `source` the file's text. The same input gives the same bytes.
pub(crate) fn render(name: &str, source: &str) -> Result<String, DashboardError> {
    let file = format!("{name}.toml");
    let dashboard: source::Dashboard =
        toml::from_str(source).map_err(|error| DashboardError::Syntax { file: file.clone(), error })?;
    dashboard.check().map_err(|(key, problem)| DashboardError::Value { file, key, problem })?;
    Ok(format!("{:#}\n", grafana::dashboard(name, &dashboard)))
}
