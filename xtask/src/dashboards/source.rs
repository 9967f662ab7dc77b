//! The keys of a source, and what is refused in them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Number;

use super::Problem;

/// How many columns Grafana's grid has.
pub(super) const GRID_WIDTH: u8 = 24;

/// A problem and the key that it is with.
type Refusal = (String, Problem);

/// A file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dashboard {
    pub(super) title: String,
    pub(super) description: String,
    /// What is shown at first: the time up to now, as Grafana writes it (`3h`, `90d`).
    #[serde(default = "default_range")]
    pub(super) range: String,
    /// What is marked in every graph.
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

/// A choice above the panels: the values of a label, named in queries as `$name`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variable {
    /// The variable's name, and the label's.
    pub(super) name: String,
    /// The metric whose label it is.
    pub(super) metric: String,
    /// Whether several values can be chosen at a time.
    #[serde(default = "yes")]
    pub(super) multi: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// Without it the panels have no heading, as at the top of a dashboard.
    pub(super) title: Option<String>,
    /// From left to right; a line that is full continues below.
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
    /// In columns of the grid, 24 at most; else the kind's own.
    pub(super) width: Option<u8>,
    /// In rows of the grid, about 38 pixels each; else the kind's own.
    pub(super) height: Option<u8>,
    /// `PromQL`, for logs `LogQL`, for traces `TraceQL`. Line breaks count as spaces.
    query: Option<String>,
    /// What `query`'s series are called.
    legend: Option<String>,
    /// Instead of `query` and `legend`, several of them.
    queries: Option<Vec<Query>>,
    #[serde(default)]
    pub(super) unit: Unit,
    /// How many are shown; else as many as Grafana finds useful.
    pub(super) decimals: Option<u8>,
    pub(super) thresholds: Option<Thresholds>,
    /// What is shown in place of a value.
    #[serde(default)]
    pub(super) states: BTreeMap<i64, State>,
    /// Adds series up instead of drawing them over each other.
    #[serde(default)]
    pub(super) stacked: bool,
    /// The headings of labels' columns; other labels are their own.
    #[serde(default)]
    pub(super) columns: BTreeMap<String, String>,
    /// The heading of the values' column, which is hidden without it.
    pub(super) value: Option<String>,
}

/// Panels by Grafana's names, except that both `table` and `traces` are tables.
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
    /// 1 is 100 %.
    Fraction,
    Bytes,
    Seconds,
    Milliseconds,
    PerSecond,
    RequestsPerSecond,
}

/// Colours by value: each from its bound, in the panel's unit, up to the next.
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
    /// Colours and their bounds, lowest first.
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
    /// Legends and queries, each query in one line. A legend is empty where the kind has none.
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
    /// Refuses what parses and makes no dashboard.
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

/// The variables that a query names as `$name` or `${name:format}`, without Grafana's own (`$__range`).
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
