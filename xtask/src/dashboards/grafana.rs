//! Grafana's JSON, with the defaults that sources leave out.

use serde_json::{Value, json};

use super::source::{
    Annotation, Colour, Dashboard, GRID_WIDTH, Kind, Panel, Query, State, Thresholds, Unit, Variable,
};

/// The tag of the shop's dashboards, which their menu lists.
const TAG: &str = "mcommerce";
/// The version of Grafana's schema. Grafana migrates older versions.
const SCHEMA_VERSION: u32 = 41;
const REFRESH: &str = "30s";
/// Graphs share the crosshair but not the tooltip.
const SHARED_CROSSHAIR: u8 = 1;
/// The number of traces in a table.
const MAX_TRACES: u8 = 20;

pub(super) fn dashboard(name: &str, source: &Dashboard) -> Value {
    json!({
        "uid": format!("{TAG}-{name}"),
        "title": source.title,
        "description": format!(
            "{} Generated from k8s/observability/dashboards/{name}.toml by `cargo xtask generate`.",
            source.description,
        ),
        "tags": [TAG],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": false,
        "refresh": REFRESH,
        "timezone": "browser",
        "graphTooltip": SHARED_CROSSHAIR,
        "time": { "from": format!("now-{}", source.range), "to": "now" },
        "annotations": { "list": source.annotations.iter().map(|kind| annotation(*kind)).collect::<Vec<_>>() },
        "templating": { "list": source.variables.iter().map(variable).collect::<Vec<_>>() },
        "links": [{
            "type": "dashboards",
            "title": "Mcommerce",
            "tags": [TAG],
            "asDropdown": true,
            "keepTime": true,
            "includeVars": false,
            "targetBlank": false,
        }],
        "panels": panels(source),
    })
}

fn annotation(kind: Annotation) -> Value {
    let (name, colour, expression, title, step) = match kind {
        Annotation::Alerts => (
            "Alerts",
            "red",
            r#"max by (alertname) (ALERTS{alertstate="firing", severity="critical"})"#,
            "{{alertname}}",
            "60s",
        ),
        Annotation::Deployments => (
            "Deployments",
            "blue",
            "changes(mcommerce_dora_last_deployment_timestamp_seconds[5m]) > 0",
            "deployed",
            "300s",
        ),
    };
    json!({
        "name": name,
        "enable": true,
        "iconColor": colour,
        "datasource": datasource("prometheus"),
        "expr": expression,
        "titleFormat": title,
        "step": step,
    })
}

fn variable(Variable { name, metric, multi }: &Variable) -> Value {
    const ON_TIME_RANGE_CHANGE: u8 = 2;
    const ALPHABETICAL: u8 = 1;
    json!({
        "name": name,
        "label": name,
        "type": "query",
        "datasource": datasource("prometheus"),
        "query": { "query": format!("label_values({metric}, {name})"), "refId": name },
        "refresh": ON_TIME_RANGE_CHANGE,
        "sort": ALPHABETICAL,
        "includeAll": true,
        "multi": multi,
        "allValue": ".*",
        "current": { "text": "All", "value": "$__all" },
    })
}

fn panels(source: &Dashboard) -> Vec<Value> {
    let mut layout = Layout::default();
    let mut panels = Vec::new();
    for row in &source.rows {
        layout.end_line();
        if let Some(title) = &row.title {
            panels.push(json!({
                "type": "row",
                "title": title,
                "collapsed": false,
                "panels": [],
                "gridPos": layout.place(GRID_WIDTH, 1),
            }));
        }
        for source in &row.panels {
            let (width, height) = default_size(source.kind);
            let mut panel = panel(source);
            panel["gridPos"] = layout.place(source.width.unwrap_or(width), source.height.unwrap_or(height));
            panels.push(panel);
        }
    }
    for (panel, id) in panels.iter_mut().zip(1..) {
        panel["id"] = Value::from(id);
    }
    panels
}

/// Width in columns and height in rows of the grid. Three graphs or six figures fill a line.
fn default_size(kind: Kind) -> (u8, u8) {
    match kind {
        Kind::Timeseries | Kind::Table => (8, 8),
        Kind::Stat => (4, 4),
        Kind::Logs => (24, 10),
        Kind::Traces => (12, 10),
    }
}

/// The position of the next panel, in units of the grid.
#[derive(Default)]
struct Layout {
    x: u8,
    y: u32,
    /// The height of the tallest panel in the line.
    line: u8,
}

impl Layout {
    /// Places a panel beside the previous one if there is room, or in a new line.
    fn place(&mut self, width: u8, height: u8) -> Value {
        if self.x + width > GRID_WIDTH {
            self.end_line();
        }
        let position = json!({ "x": self.x, "y": self.y, "w": width, "h": height });
        self.x += width;
        self.line = self.line.max(height);
        position
    }

    fn end_line(&mut self) {
        *self = Self { x: 0, y: self.y + u32::from(self.line), line: 0 };
    }
}

fn panel(source: &Panel) -> Value {
    let (kind, store) = match source.kind {
        Kind::Timeseries => ("timeseries", "prometheus"),
        Kind::Stat => ("stat", "prometheus"),
        Kind::Table => ("table", "prometheus"),
        Kind::Logs => ("logs", "loki"),
        Kind::Traces => ("table", "tempo"),
    };
    let targets: Vec<_> = source
        .queries()
        .iter()
        .enumerate()
        .map(|(index, query)| {
            let mut target = target(source.kind, query);
            target["refId"] = ('A'..='Z').nth(index).map_or_else(|| format!("Q{index}"), String::from).into();
            target["datasource"] = datasource(store);
            target
        })
        .collect();
    let mut panel = json!({
        "type": kind,
        "title": source.title,
        "datasource": datasource(store),
        "targets": targets,
        "options": options(source.kind),
    });
    if let Some(description) = &source.description {
        panel["description"] = description.as_str().into();
    }
    if source.kind != Kind::Logs {
        panel["fieldConfig"] = json!({ "defaults": field_defaults(source), "overrides": [] });
    }
    if source.kind == Kind::Table {
        panel["transformations"] = json!([organise(source)]);
    }
    panel
}

fn datasource(store: &str) -> Value {
    json!({ "type": store, "uid": store })
}

fn target(kind: Kind, Query { legend, query }: &Query) -> Value {
    match kind {
        // Only histograms have exemplars.
        Kind::Timeseries => {
            json!({ "expr": query, "legendFormat": legend, "exemplar": query.contains("histogram_quantile") })
        }
        Kind::Stat => json!({ "expr": query, "legendFormat": "__auto", "instant": true, "range": false }),
        Kind::Table => json!({
            "expr": query,
            "legendFormat": "__auto",
            "instant": true,
            "range": false,
            "format": "table",
        }),
        Kind::Logs => json!({ "expr": query, "queryType": "range" }),
        Kind::Traces => {
            json!({ "query": query, "queryType": "traceql", "limit": MAX_TRACES, "tableType": "traces" })
        }
    }
}

fn options(kind: Kind) -> Value {
    match kind {
        Kind::Timeseries => json!({
            "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true },
            "tooltip": { "mode": "multi", "sort": "desc" },
        }),
        Kind::Stat => json!({
            "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
            "colorMode": "value",
            "graphMode": "none",
            "textMode": "auto",
            "orientation": "auto",
            "justifyMode": "auto",
        }),
        Kind::Table | Kind::Traces => json!({ "showHeader": true }),
        Kind::Logs => json!({
            "showTime": true,
            "wrapLogMessage": true,
            "enableLogDetails": true,
            "dedupStrategy": "none",
            "sortOrder": "Descending",
        }),
    }
}

fn field_defaults(source: &Panel) -> Value {
    if source.kind == Kind::Traces {
        return json!({});
    }
    let mut defaults = json!({ "unit": unit(source.unit) });
    if source.kind == Kind::Timeseries {
        defaults["min"] = 0.into();
        defaults["custom"] = lines(source);
    }
    if let Some(thresholds) = &source.thresholds {
        defaults["thresholds"] = steps(thresholds);
    } else if source.kind == Kind::Stat {
        defaults["thresholds"] = json!({ "mode": "absolute", "steps": [{ "color": "text", "value": null }] });
    }
    if let Some(decimals) = source.decimals {
        defaults["decimals"] = decimals.into();
    }
    if !source.states.is_empty() {
        let states: serde_json::Map<_, _> = source
            .states
            .iter()
            .map(|(value, State { text, colour })| {
                (value.to_string(), json!({ "text": text, "color": self::colour(*colour) }))
            })
            .collect();
        defaults["mappings"] = json!([{ "type": "value", "options": states }]);
    }
    defaults
}

/// The style of a graph's series, and of its thresholds, which are dashed lines.
fn lines(source: &Panel) -> Value {
    let (stacking, fill_opacity) = if source.stacked { ("normal", 40) } else { ("none", 10) };
    let mut lines = json!({
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": fill_opacity,
        "showPoints": "never",
        "spanNulls": false,
        "stacking": { "mode": stacking },
    });
    if source.thresholds.is_some() {
        lines["thresholdsStyle"] = json!({ "mode": "dashed" });
    }
    lines
}

fn steps(thresholds: &Thresholds) -> Value {
    let mut steps = vec![json!({ "color": colour(thresholds.base), "value": null })];
    steps.extend(
        thresholds.bounds().into_iter().map(|(from, value)| json!({ "color": colour(from), "value": value })),
    );
    json!({ "mode": "absolute", "steps": steps })
}

/// Renames a table's columns, and hides the time and values without a heading.
fn organise(source: &Panel) -> Value {
    let mut hidden = json!({ "Time": true, "__name__": true });
    let mut headings = json!(source.columns);
    match &source.value {
        Some(heading) => headings["Value"] = heading.as_str().into(),
        None => hidden["Value"] = true.into(),
    }
    json!({ "id": "organize", "options": { "excludeByName": hidden, "renameByName": headings } })
}

fn colour(colour: Colour) -> &'static str {
    match colour {
        Colour::Green => "green",
        Colour::Orange => "orange",
        Colour::Red => "red",
    }
}

/// Grafana's id of the unit.
fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "short",
        Unit::Fraction => "percentunit",
        Unit::Bytes => "bytes",
        Unit::Seconds => "s",
        Unit::Milliseconds => "ms",
        Unit::PerSecond => "cps",
        Unit::RequestsPerSecond => "reqps",
    }
}
