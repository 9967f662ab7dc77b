//! The document is what is kept, and says of every public route what spin.toml serves.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn document() -> Value {
    serde_json::from_str(&openapi::text()).expect("the document is JSON")
}

#[test]
fn the_document_that_is_kept_is_the_handlers() {
    let kept = std::fs::read_to_string(repository().join("docs/api/openapi.json")).unwrap();
    assert!(
        kept.trim() == openapi::text().trim(),
        "docs/api/openapi.json is out of date: run `make openapi`"
    );
}

#[test]
fn every_public_route_of_spin_toml_is_documented_and_no_other() {
    let manifest: toml::Table =
        std::fs::read_to_string(repository().join("spin.toml")).unwrap().parse().unwrap();
    let routes: BTreeSet<String> = manifest["trigger"]["http"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|trigger| trigger["route"].as_str())
        .filter(|route| {
            !route.starts_with("/internal/") && !route.starts_with("/events/") && *route != "/..."
        })
        .map(|route| {
            let parts: Vec<String> = route
                .split('/')
                .map(|part| part.strip_prefix(':').map_or(part.to_owned(), |name| format!("{{{name}}}")))
                .collect();
            parts.join("/")
        })
        .collect();
    let documented: BTreeSet<String> = document()["paths"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(documented, routes);
}

#[test]
fn every_operation_has_a_name_of_its_own_and_every_refusal_is_a_problem() {
    let document = document();
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in
            item.as_object().unwrap().iter().filter(|(method, _)| *method != "parameters")
        {
            let name =
                operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no name"));
            assert!(names.insert(name.to_owned()), "{name} is used twice");
            for (status, response) in operation["responses"].as_object().unwrap() {
                if status.starts_with('4') || (status.starts_with('5') && path != "/health") {
                    let problem = response.to_string();
                    assert!(
                        problem.contains("/Problem"),
                        "{method} {path} {status} is no problem: {problem}"
                    );
                }
            }
        }
    }
}
