use super::*;

const SMALLEST: &str = r#"
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

fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse(Path::new("shop/spin.toml"), text)
}

fn refusal(text: &str) -> String {
    parse(text).expect_err("is refused").to_string()
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn the_shop_s_own_manifest_is_understood() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../spin.toml"));
    let manifest = Manifest::load(path).expect("the manifest is understood");
    assert_eq!(manifest.name, "mcommerce");
}

#[test]
fn sources_are_relative_to_the_manifest() {
    let manifest = parse(SMALLEST).expect("it is understood");
    assert_eq!(manifest.components["a"].source, Path::new("shop/a.wasm"));
}

#[test]
fn an_unknown_key_is_refused_by_name_wherever_it_stands() {
    for (place, with) in [
        ("[application]", "[application]\nlogo = \"x\""),
        ("[component.a]", "[component.a]\nkey_value_stores = [\"default\"]"),
        ("route = \"/a\"", "route = \"/a\"\nexecutor = \"wagi\""),
        ("[variables]", "[spaceship]\n[variables]"),
        ("required = true,", "required = true, colour = \"red\","),
    ] {
        let text = SMALLEST.replacen(place, with, 1);
        let refused = refusal(&text);
        let key = ["logo", "key_value_stores", "executor", "spaceship", "colour"]
            .into_iter()
            .find(|key| text.contains(key))
            .expect("one of the keys");
        assert!(refused.contains(key), "{refused} names {key}");
    }
}

#[test]
fn a_trigger_other_than_http_is_refused_by_name() {
    assert!(refusal(&SMALLEST.replace("trigger.http", "trigger.redis")).contains("redis"));
}

#[test]
fn a_variable_nobody_declared_is_refused_by_name() {
    assert!(refusal(&SMALLEST.replace("{{word}}", "{{ wrod }}")).contains("wrod"));
}

#[test]
fn a_route_to_nowhere_and_a_component_without_a_route_are_refused() {
    assert!(refusal(&SMALLEST.replace("component = \"a\"", "component = \"b\"")).contains("component b"));
    let idle = format!("{SMALLEST}\n[component.idle]\nsource = \"idle.wasm\"\n");
    assert!(refusal(&idle).contains("idle"));
}

#[test]
fn all_missing_variables_are_named_at_once() {
    let text = SMALLEST.replace("{ default = \"here\" }", "{ required = true }");
    let manifest = parse(&text).expect("it is understood");
    let error = Variables::resolve(&manifest, &Sources::default()).expect_err("both are missing").to_string();
    assert!(error.contains("where") && error.contains("SPIN_VARIABLE_WORD"), "{error}");
}

#[test]
fn what_is_decided_beats_the_environment_that_what_is_presumed_that_what_was_kept_and_that_the_default() {
    let manifest = parse(SMALLEST).expect("it is understood");
    let mut sources = Sources { kept: values(&[("word", "kept")]), ..Sources::default() };
    let word = |sources: &Sources| {
        let variables = Variables::resolve(&manifest, sources).expect("all have values");
        manifest.components["a"].variables["both"].render(&variables)
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
fn values_do_not_print() {
    let manifest = parse(SMALLEST).expect("it is understood");
    let sources = Sources { kept: values(&[("word", "swordfish")]), ..Sources::default() };
    let variables = Variables::resolve(&manifest, &sources).expect("all have values");
    assert!(!format!("{variables:?}").contains("swordfish"));
}
