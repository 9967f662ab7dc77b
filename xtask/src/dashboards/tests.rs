use serde_json::{Value, json};

use super::{DashboardError, Problem, render};

const HEAD: &str = "title = \"Small\"\ndescription = \"A test.\"\n";

/// The JSON of the dashboard `small`.
fn rendered(body: &str) -> Value {
    let text = render("small", &format!("{HEAD}{body}")).unwrap();
    assert!(text.ends_with("}\n"));
    serde_json::from_str(&text).unwrap()
}

/// The dashboard `small` with one panel, whose keys follow its title.
fn panel(keys: &str) -> String {
    format!("{HEAD}[[row]]\n[[row.panel]]\ntitle = \"Errors\"\n{keys}")
}

#[track_caller]
fn refuses(source: &str, key: &str, problem: Problem) {
    match render("small", source).unwrap_err() {
        DashboardError::Value { file, key: found, problem: reason } => {
            assert_eq!((file.as_str(), found.as_str(), reason), ("small.toml", key, problem));
        }
        error @ DashboardError::Syntax { .. } => panic!("{error}"),
    }
}

/// Asserts that the source doesn't parse, and that the message contains the file's name and `text`.
#[track_caller]
fn does_not_parse(source: &str, text: &str) {
    let error = render("small", source).unwrap_err();
    assert!(matches!(error, DashboardError::Syntax { .. }), "{error}");
    let message = error.to_string();
    assert!(message.starts_with("small.toml: ") && message.contains(text), "{message}");
}

#[test]
fn a_dashboard_has_defaults_for_missing_keys() {
    let dashboard = rendered("row = []");
    assert_eq!(dashboard["uid"], "mcommerce-small");
    assert_eq!(
        dashboard["description"],
        "A test. Generated from k8s/observability/dashboards/small.toml by `cargo xtask generate`."
    );
    assert_eq!(dashboard["time"], json!({ "from": "now-3h", "to": "now" }));
    assert_eq!(dashboard["annotations"]["list"].as_array().unwrap().len(), 2);
}

#[test]
fn panels_fill_lines_from_left_to_right() {
    let dashboard = rendered(
        r#"
        [[row]]
        panel = [
            { title = "Wide", legend = "all", query = "up", width = 20 },
            { title = "Figure", kind = "stat", query = "up" },
            { title = "Next line", kind = "stat", query = "up" },
        ]
        [[row]]
        title = "Logs"
        panel = [{ title = "All", kind = "logs", query = "{job=\"x\"}" }]
        "#,
    );
    let places: Vec<_> = dashboard["panels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|panel| {
            let place = &panel["gridPos"];
            (panel["id"].clone(), ["x", "y", "w", "h"].map(|key| place[key].as_u64().unwrap()))
        })
        .collect();
    assert_eq!(
        places,
        [
            (json!(1), [0, 0, 20, 8]),
            (json!(2), [20, 0, 4, 4]),
            (json!(3), [0, 8, 4, 4]),
            (json!(4), [0, 12, 24, 1]),
            (json!(5), [0, 13, 24, 10]),
        ]
    );
}

#[test]
fn queries_of_a_graph_become_single_lines() {
    let dashboard = rendered(
        r#"
        [[variable]]
        name = "domain"
        metric = "requests"
        [[row]]
        [[row.panel]]
        title = "Time"
        unit = "seconds"
        thresholds = { base = "green", red = 60, orange = 0.5 }
        queries = [
            { legend = "all", query = "a{domain=~\"$domain\"}[$__rate_interval]" },
            { legend = "slow", query = """
                histogram_quantile(0.95, b)
                / c
            """ },
        ]
        "#,
    );
    let panel = &dashboard["panels"][0];
    let prometheus = json!({ "type": "prometheus", "uid": "prometheus" });
    assert_eq!(
        panel["targets"],
        json!([
            {
                "refId": "A", "datasource": prometheus, "legendFormat": "all", "exemplar": false,
                "expr": "a{domain=~\"$domain\"}[$__rate_interval]",
            },
            {
                "refId": "B", "datasource": prometheus, "legendFormat": "slow", "exemplar": true,
                "expr": "histogram_quantile(0.95, b) / c",
            },
        ])
    );
    let defaults = &panel["fieldConfig"]["defaults"];
    assert_eq!(defaults["unit"], "s");
    assert_eq!(
        defaults["thresholds"]["steps"],
        json!([
            { "color": "green", "value": null },
            { "color": "orange", "value": 0.5 },
            { "color": "red", "value": 60 },
        ])
    );
    assert_eq!(dashboard["templating"]["list"][0]["query"]["query"], "label_values(requests, domain)");
}

#[test]
fn a_table_hides_a_value_without_a_heading() {
    let table = |keys: &str| {
        rendered(&format!("[[row]]\npanel = [{{ title = \"T\", kind = \"table\", query = \"up\"{keys} }}]"))
            ["panels"][0]["transformations"][0]["options"]
            .clone()
    };
    assert_eq!(
        table(", value = \"5xx\", columns = { job = \"who\" }"),
        json!({
            "excludeByName": { "Time": true, "__name__": true },
            "renameByName": { "job": "who", "Value": "5xx" },
        })
    );
    assert_eq!(table("")["excludeByName"]["Value"], true);
}

#[test]
fn a_figure_shows_states_by_name() {
    let dashboard = rendered(
        "[[row]]\npanel = [{ title = \"Store\", kind = \"stat\", query = \"up\", \
         states = { 0 = { text = \"away\", colour = \"red\" } } }]",
    );
    assert_eq!(
        dashboard["panels"][0]["fieldConfig"]["defaults"]["mappings"],
        json!([{ "type": "value", "options": { "0": { "text": "away", "color": "red" } } }])
    );
}

#[test]
fn unknown_keys_kinds_and_units_are_refused() {
    does_not_parse("title = \"Small\"", "missing field `description`");
    does_not_parse(&format!("{HEAD}tittle = 1\nrow = []"), "unknown field `tittle`");
    does_not_parse(&panel("query = \"up\"\nlegend = \"x\"\ntresholds = 1"), "unknown field `tresholds`");
    does_not_parse(&panel("kind = \"piechart\""), "unknown variant `piechart`");
    does_not_parse(&panel("unit = \"ms\""), "unknown variant `ms`");
    does_not_parse(&panel("thresholds = { base = \"green\", blue = 1 }"), "unknown field `blue`");
}

#[test]
fn a_panel_without_a_query_is_refused() {
    refuses(&panel(""), "panel \"Errors\", query", Problem::Missing);
    refuses(&panel("queries = []"), "panel \"Errors\", query", Problem::Missing);
    refuses(&panel("legend = \"x\"\nquery = \" \""), "panel \"Errors\", query", Problem::Empty);
    refuses(
        &panel("queries = [{ legend = \"x\", query = \"\" }]"),
        "panel \"Errors\", query",
        Problem::Empty,
    );
    refuses(&panel("query = \"up\""), "panel \"Errors\", legend", Problem::Missing);
    does_not_parse(&panel("queries = [{ legend = \"x\" }]"), "missing field `query`");
    refuses(
        &panel("query = \"up\"\nqueries = [{ legend = \"x\", query = \"up\" }]"),
        "panel \"Errors\", query",
        Problem::TwoWays,
    );
    refuses(
        &panel("legend = \"x\"\nqueries = [{ legend = \"x\", query = \"up\" }]"),
        "panel \"Errors\", legend",
        Problem::TwoWays,
    );
}

#[test]
fn keys_of_other_kinds_are_refused() {
    for (kind, key, value) in [
        ("stat", "legend", "\"x\""),
        ("stat", "stacked", "true"),
        ("logs", "unit", "\"bytes\""),
        ("logs", "thresholds", "{ base = \"green\", red = 1 }"),
        ("timeseries", "value", "\"requests\""),
        ("traces", "columns", "{ job = \"who\" }"),
    ] {
        let source = panel(&format!("kind = \"{kind}\"\nquery = \"up\"\n{key} = {value}"));
        refuses(&source, &format!("panel \"Errors\", {key}"), Problem::OtherKind);
    }
}

#[test]
fn sizes_that_do_not_fit_the_grid_are_refused() {
    let sized = |size: &str| panel(&format!("kind = \"stat\"\nquery = \"up\"\n{size}"));
    refuses(&sized("width = 25"), "panel \"Errors\", width", Problem::Size);
    refuses(&sized("width = 0"), "panel \"Errors\", width", Problem::Size);
    refuses(&sized("height = 0"), "panel \"Errors\", height", Problem::Size);
}

#[test]
fn thresholds_without_a_bound_are_refused() {
    let source = panel("kind = \"stat\"\nquery = \"up\"\nthresholds = { base = \"green\" }");
    refuses(&source, "panel \"Errors\", thresholds", Problem::Unbounded);
}

#[test]
fn a_title_twice_in_a_row_is_refused_unless_the_kinds_differ() {
    let row = |kind: &str| {
        let first = panel("kind = \"stat\"\nquery = \"up\"");
        format!("{first}\n[[row.panel]]\ntitle = \"Errors\"\nquery = \"up\"\n{kind}")
    };
    refuses(&row("kind = \"stat\""), "panel \"Errors\"", Problem::Duplicate);
    assert!(render("small", &row("legend = \"x\"")).is_ok());
}

#[test]
fn variables_must_be_declared_and_used() {
    let graph = "legend = \"x\"\nquery = 'up{a=~\"${domain:regex}\"}'";
    refuses(&panel(graph), "panel \"Errors\", query: $domain", Problem::UnknownVariable);
    let unused = "[[variable]]\nname = \"domain\"\nmetric = \"up\"\n";
    refuses(
        &format!("{}\n{unused}", panel("legend = \"x\"\nquery = \"up[$__range]\"")),
        "variable \"domain\"",
        Problem::Unused,
    );
    assert!(render("small", &format!("{}\n{unused}", panel(graph))).is_ok());
}
