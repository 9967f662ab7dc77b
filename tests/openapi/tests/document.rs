//! What holds of every operation, whoever wrote it.

use std::collections::BTreeSet;
use std::path::Path;

use application::Application;
use serde_json::Value;

fn document() -> Value {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spin.toml");
    let application = Application::load(&manifest).expect("the application is sound");
    let document =
        openapi::public(openapi::by_component(&application)).expect("each schema has a name of its own");
    serde_json::to_value(document).expect("a document is JSON")
}

#[test]
fn nothing_that_functions_say_among_themselves_is_documented() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.contains_key("/api/orders"));
    assert!(
        paths
            .keys()
            .all(|path| path.starts_with("/api/") || path == "/health" || path.starts_with("/.well-known/"))
    );
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
                if status.starts_with('4') || status.starts_with('5') {
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
