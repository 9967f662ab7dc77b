//! The keys of a source, and their checks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Number;

use super::Problem;

/// The number of columns in Grafana's grid.
pub(super) const GRID_WIDTH: u8 = 24;

/// The key and what is wrong with its value.
type Refusal = (String, Problem);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dashboard {
    pub(super) title: String,
    pub(super) description: String,
    /// The initial time range up to now, in Grafana's notation (`3h`, `90d`).
    #[serde(default = "default_range")]
    pub(super) range: String,
    /// Events that every graph marks.
    #[serde(default = "default_annotations")]
    pub(super) annotations: Vec<Annotation>,
    #[serde(default, rename = "variable")]
    pub(super) variables: Vec<Variable>,
    #[serde(rename = "row")]
    pub(super) rows: Vec<Row>,
}

fn default_range() -> String {
    "3h".to_owned()
}

fn default_annotations() -> Vec<Annotation> {
    vec![Annotation::Alerts, Annotation::Deployments]
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Annotation {
    Alerts,
    Deployments,
}

/// A selector above the panels for values of a label. Queries use it as `$name`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variable {
    /// The name of the variable and of the label.
    pub(super) name: String,
    /// A metric that has the label.
    pub(super) metric: String,
    /// Whether several values can be selected.
    #[serde(default = "yes")]
    pub(super) multi: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// The heading, which the first row of a dashboard usually lacks.
    pub(super) title: Option<String>,
    /// From left to right. A full line continues below.
    #[serde(rename = "panel")]
    pub(super) panels: Vec<Panel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Panel {
    pub(super) title: String,
    #[serde(default)]
    pub(super) kind: Kind,
    pub(super) description: Option<String>,
    /// In columns of the grid, at most 24. Depends on the kind by default.
    pub(super) width: Option<u8>,
    /// In rows of the grid, about 38 pixels each. Depends on the kind by default.
    pub(super) height: Option<u8>,
    /// `PromQL`, or `LogQL` for logs, or `TraceQL` for traces. Line breaks count as spaces.
    query: Option<String>,
    /// The name of `query`'s series.
    legend: Option<String>,
    /// Several queries, instead of `query` and `legend`.
    queries: Option<Vec<Query>>,
    #[serde(default)]
    pub(super) unit: Unit,
    /// The number of decimals, which Grafana chooses by default.
    pub(super) decimals: Option<u8>,
    pub(super) thresholds: Option<Thresholds>,
    /// Texts to show instead of values.
    #[serde(default)]
    pub(super) states: BTreeMap<i64, State>,
    /// Whether series are stacked.
    #[serde(default)]
    pub(super) stacked: bool,
    /// The headings of columns, by label. Other columns show the label's name.
    #[serde(default)]
    pub(super) columns: BTreeMap<String, String>,
    /// The heading of the values' column, which is hidden by default.
    pub(super) value: Option<String>,
}

/// Kinds of panels, named as in Grafana, except that `traces` is a table too.
#[derive(Clone, Copy, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    #[default]
    Timeseries,
    Stat,
    Table,
    Logs,
    Traces,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    pub(super) legend: String,
    pub(super) query: String,
}

#[derive(Clone, Copy, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Unit {
    #[default]
    Count,
    /// 1 is shown as 100 %.
    Fraction,
    Bytes,
    Seconds,
    Milliseconds,
    PerSecond,
    RequestsPerSecond,
}

/// Colours by value. Each applies from its bound, in the panel's unit, to the next bound.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Thresholds {
    /// The colour below all bounds.
    pub(super) base: Colour,
    green: Option<Number>,
    orange: Option<Number>,
    red: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    pub(super) text: String,
    pub(super) colour: Colour,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Colour {
    Green,
    Orange,
    Red,
}

impl Thresholds {
    /// Colours with their bounds, the lowest first.
    pub(super) fn bounds(&self) -> Vec<(Colour, &Number)> {
        let mut bounds: Vec<_> =
            [(Colour::Green, &self.green), (Colour::Orange, &self.orange), (Colour::Red, &self.red)]
                .into_iter()
                .filter_map(|(colour, bound)| Some((colour, bound.as_ref()?)))
                .collect();
        bounds.sort_by(|(_, a), (_, b)| {
            a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(std::cmp::Ordering::Equal)
        });
        bounds
    }
}

impl Panel {
    /// The queries with line breaks removed. Legends are empty if the kind has none.
    pub(super) fn queries(&self) -> Vec<Query> {
        let mut queries = match (&self.query, &self.queries) {
            (Some(query), _) => {
                vec![Query { legend: self.legend.clone().unwrap_or_default(), query: query.clone() }]
            }
            (None, queries) => queries.clone().unwrap_or_default(),
        };
        for query in &mut queries {
            query.query = query
                .query
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect::<Vec<_>>()
                .join(" ");
        }
        queries
    }

    fn check(&self) -> Result<(), Refusal> {
        let refuse = |key: &str, problem| Err((format!("panel \"{}\", {key}", self.title), problem));
        for (key, given, kinds) in [
            ("queries", self.queries.is_some(), &[Kind::Timeseries][..]),
            ("legend", self.legend.is_some(), &[Kind::Timeseries]),
            ("stacked", self.stacked, &[Kind::Timeseries]),
            ("thresholds", self.thresholds.is_some(), &[Kind::Timeseries, Kind::Stat]),
            ("decimals", self.decimals.is_some(), &[Kind::Stat]),
            ("states", !self.states.is_empty(), &[Kind::Stat]),
            ("unit", self.unit != Unit::default(), &[Kind::Timeseries, Kind::Stat]),
            ("columns", !self.columns.is_empty(), &[Kind::Table]),
            ("value", self.value.is_some(), &[Kind::Table]),
        ] {
            if given && !kinds.contains(&self.kind) {
                return refuse(key, Problem::OtherKind);
            }
        }
        let queries = self.queries();
        let unnamed = self.kind == Kind::Timeseries && queries.iter().any(|query| query.legend.is_empty());
        let bounds = self.thresholds.as_ref().map(Thresholds::bounds);
        for (key, wrong, problem) in [
            ("title", self.title.trim().is_empty(), Problem::Empty),
            ("query", self.query.is_some() && self.queries.is_some(), Problem::TwoWays),
            ("legend", self.legend.is_some() && self.queries.is_some(), Problem::TwoWays),
            ("query", queries.is_empty(), Problem::Missing),
            ("query", queries.iter().any(|query| query.query.is_empty()), Problem::Empty),
            ("legend", unnamed, Problem::Missing),
            ("width", self.width.is_some_and(|width| !(1..=GRID_WIDTH).contains(&width)), Problem::Size),
            ("height", self.height == Some(0), Problem::Size),
            ("thresholds", bounds.is_some_and(|bounds| bounds.is_empty()), Problem::Unbounded),
        ] {
            if wrong {
                return refuse(key, problem);
            }
        }
        Ok(())
    }
}

impl Dashboard {
    /// Checks values that parse.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let declared: BTreeSet<_> = self.variables.iter().map(|variable| variable.name.as_str()).collect();
        let mut used = BTreeSet::new();
        for row in &self.rows {
            let mut seen = BTreeSet::new();
            for panel in &row.panels {
                panel.check()?;
                if !seen.insert((panel.kind, &panel.title)) {
                    return Err((format!("panel \"{}\"", panel.title), Problem::Duplicate));
                }
                for variable in panel.queries().iter().flat_map(|query| variables_in(&query.query)) {
                    if !declared.contains(variable.as_str()) {
                        return Err((
                            format!("panel \"{}\", query: ${variable}", panel.title),
                            Problem::UnknownVariable,
                        ));
                    }
                    used.insert(variable);
                }
            }
        }
        match declared.into_iter().find(|name| !used.contains(*name)) {
            Some(name) => Err((format!("variable \"{name}\""), Problem::Unused)),
            None => Ok(()),
        }
    }
}

/// The variables in a query (`$name` or `${name:format}`), without Grafana's own (`$__range`).
fn variables_in(query: &str) -> Vec<String> {
    query
        .split('$')
        .skip(1)
        .map(|rest| {
            rest.trim_start_matches('{').chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
        })
        .filter(|name: &String| !name.is_empty() && !name.starts_with("__"))
        .collect()
}
