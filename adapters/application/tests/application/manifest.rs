//! Which keys of Spin's manifest are supported, ignored and refused.

use std::collections::BTreeMap;

use application::{Application, Sources, Target, Variables};

use crate::shop::Files;

pub(crate) const SMALLEST: &str = r#"
spin_manifest_version = 2
[application]
name = "a"
[variables]
where = { default = "here" }
word = { required = true, secret = true }
[[trigger.http]]
route = "/a"
component = "a"
[component.a]
source = "a.wasm"
allowed_outbound_hosts = ["http://{{ where }}:1"]
[component.a.variables]
both = "{{ where }}, {{word}}!"
"#;

fn smallest() -> Application {
    Files::manifest(SMALLEST).load()
}

fn changed(from: &str, to: &str) -> Files {
    Files::manifest(SMALLEST).change("spin.toml", from, to)
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn sources_are_relative_to_the_manifest() {
    let application = smallest();
    assert_eq!(application.components["a"].source, application.folder.join("a.wasm"));
}

#[test]
fn an_unsupported_key_is_refused_by_name_in_every_table() {
    for (place, with, key) in [
        ("[application]", "[application]\nlogo = \"x\"", "logo"),
        ("[component.a]", "[component.a]\nkey_value_stores = [\"default\"]", "key_value_stores"),
        ("[component.a]", "[component.a]\nenvironment = { A = \"b\" }", "environment"),
        ("route = \"/a\"", "route = \"/a\"\nexecutor = { type = \"wagi\" }", "executor"),
        ("[variables]", "[spaceship]\n[variables]", "spaceship"),
        ("required = true,", "required = true, colour = \"red\",", "colour"),
        ("trigger.http", "trigger.redis", "redis"),
    ] {
        let refusal = changed(place, with).refusal();
        assert!(refusal.starts_with("spin.toml: ") && refusal.contains(key), "{refusal} names {key}");
    }
}

#[test]
fn a_key_that_spin_ignores_is_ignored() {
    for (place, with) in [
        ("name = \"a\"", "name = \"a\"\ntargets = [\"spin-up:4.1\"]\n[application.tool.other]\nx = 1"),
        ("[component.a]", "[component.a]\ndescription = \"A.\"\ntargets = [\"spinkube:0.4\"]"),
        ("[component.a.variables]", "[component.a.tool.other]\nx = 1\n[component.a.variables]"),
        (
            "[component.a.variables]",
            "[component.a.profile.quick]\nsource = \"b.wasm\"\n[component.a.variables]",
        ),
        ("required = true,", "required = true, description = \"A word.\","),
        ("route = \"/a\"", "id = \"first\"\nroute = \"/a\""),
    ] {
        changed(place, with).load();
    }
}

#[test]
fn a_static_response_needs_no_component() {
    let trigger =
        "[[trigger.http]]\nroute = \"/old\"\nstatic_response = { status_code = 410, body = \"Gone.\" }\n";
    let application = changed("[component.a]", &format!("{trigger}[component.a]")).load();
    let router = application.router();
    match router.route("/old").map(|found| found.value) {
        Some(Target::Static(response)) => {
            assert_eq!((response.status.as_u16(), &*response.body), (410, "Gone."));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_route_without_a_component_and_a_component_without_a_route_are_refused() {
    assert!(
        changed("component = \"a\"", "component = \"b\"").refusal().contains("trigger.http.component of b")
    );
    let idle = changed("[component.a]", "[component.idle]\nsource = \"idle.wasm\"\n[component.a]").refusal();
    assert!(idle.contains("component.idle: no trigger.http refers to the component"), "{idle}");
}

#[test]
fn all_missing_and_empty_variables_are_named_at_once() {
    let application = changed("{ default = \"here\" }", "{ default = \"\" }").load();
    let variables = Variables::resolve(&application.variables, &Sources::default());
    let required = application.required_variables(application.components.values());
    let error = variables.require(required).expect_err("both are missing").to_string();
    assert!(error.contains("where") && error.contains("SPIN_VARIABLE_WORD"), "{error}");
    assert_eq!(variables.require(["word", "word"]).expect_err("it is missing").names, ["word"]);
}

#[test]
fn values_have_priority_in_the_order_of_their_sources() {
    let application = smallest();
    let mut sources = Sources { kept: values(&[("word", "kept")]), ..Sources::default() };
    let word = |sources: &Sources| {
        let variables = Variables::resolve(&application.variables, sources);
        application.components["a"].variables["both"].render(&variables)
    };
    assert_eq!(word(&sources), "here, kept!");
    sources.presumed = values(&[("word", "presumed")]);
    assert_eq!(word(&sources), "here, presumed!");
    sources.environment = values(&[("SPIN_VARIABLE_WORD", "env"), ("SPIN_VARIABLE_WHERE", "there")]);
    assert_eq!(word(&sources), "there, env!");
    sources.decided = values(&[("word", "decided")]);
    assert_eq!(word(&sources), "there, decided!");
}

#[test]
fn only_upper_case_environment_variables_set_variables() {
    let declared = changed("word =", "token_a =").change("spin.toml", "{{word}}", "{{ token_a }}").load();
    let token = |name: &str| {
        let sources = Sources { environment: values(&[(name, "swordfish")]), ..Sources::default() };
        Variables::resolve(&declared.variables, &sources).get("token_a").map(str::to_owned)
    };
    assert_eq!(token("SPIN_VARIABLE_TOKEN_A").as_deref(), Some("swordfish"));
    for name in ["SPIN_VARIABLE_token_a", "spin_variable_token_a", "token_a"] {
        assert_eq!(token(name), None, "{name}");
    }
}

#[test]
fn debug_does_not_print_values() {
    let sources = Sources { kept: values(&[("word", "swordfish")]), ..Sources::default() };
    let variables = Variables::resolve(&smallest().variables, &sources);
    assert!(!format!("{variables:?}").contains("swordfish"));
}
