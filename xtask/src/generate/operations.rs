//! What the endpoints' signatures say, compared with the stanzas.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use application::{Application, Audience, Caller, Component, Name, Route, Stanza};
use serde_json::Value;

use super::documents::{Said, SaidOfComponent};

/// The methods that a document can name.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const KEY: &str = "Idempotency-Key";

/// The endpoints, by component and path.
pub(crate) struct Operations(BTreeMap<Name, BTreeMap<String, Vec<Operation>>>);

#[derive(Debug)]
pub(crate) struct Operation {
    /// `GET`, `POST`.
    pub(crate) method: String,
    /// Whether it takes an Idempotency-Key.
    pub(crate) keyed: bool,
    /// Whether it can be called without a token.
    open: bool,
    /// The permissions it requires.
    permissions: BTreeSet<String>,
}

impl Operations {
    /// The endpoints at a route.
    pub(crate) fn at(&self, component: &Name, route: &Route) -> impl Iterator<Item = &Operation> {
        self.0.get(component).and_then(|paths| paths.get(&route.openapi())).into_iter().flatten()
    }

    /// The methods of a route; of a route with a wildcard, those of all below it.
    pub(crate) fn methods(&self, component: &Name, route: &Route) -> Vec<&str> {
        let Some(paths) = self.0.get(component) else { return Vec::new() };
        let meant = paths.iter().filter(|(path, _)| path.as_str() == route.openapi() || route.is_wildcard());
        let methods: BTreeSet<&str> =
            meant.flat_map(|(_, operations)| operations).map(|operation| operation.method.as_str()).collect();
        methods.into_iter().collect()
    }
}

/// Reads what the signatures say, and names each difference from the stanzas.
pub(super) fn parse(application: &Application, said: &Said) -> anyhow::Result<Operations> {
    let mut operations = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, component, stanza) in application.stanzas() {
        let Some(said) = said.components.get(name) else {
            faults.push(format!("{name}: the program `openapi` says nothing of the component"));
            continue;
        };
        let paths = paths(&said.document);
        compare_paths(application, name, &paths, &mut faults);
        compare_callers(application, name, stanza, &paths, &mut faults);
        compare_variables(application, name, component, said, &mut faults);
        compare_events(name, stanza, said, &mut faults);
        operations.insert(name.clone(), paths);
    }
    if faults.is_empty() { Ok(Operations(operations)) } else { bail!("{}", faults.join("\n")) }
}

fn paths(document: &Value) -> BTreeMap<String, Vec<Operation>> {
    let items = document["paths"].as_object().into_iter().flatten();
    let operations = |item: &Value| {
        let named = METHODS.iter().filter_map(|method| Some((*method, item.get(*method)?)));
        named.map(|(method, operation)| parse_operation(method, operation)).collect()
    };
    items.map(|(path, item)| (path.clone(), operations(item))).collect()
}

fn parse_operation(method: &str, operation: &Value) -> Operation {
    let requirements = operation["security"].as_array().cloned().unwrap_or_default();
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let schemes = requirements.iter().filter_map(Value::as_object);
    Operation {
        method: method.to_ascii_uppercase(),
        keyed: parameters.iter().any(|parameter| parameter["name"] == KEY && parameter["in"] == "header"),
        open: requirements.is_empty() || schemes.clone().any(serde_json::Map::is_empty),
        permissions: schemes
            .flat_map(|schemes| schemes.values())
            .filter_map(Value::as_array)
            .flatten()
            .filter_map(|scope| Some(scope.as_str()?.to_owned()))
            .collect(),
    }
}

/// Each route has an endpoint, and each endpoint a route.
fn compare_paths(
    application: &Application,
    name: &Name,
    paths: &BTreeMap<String, Vec<Operation>>,
    faults: &mut Vec<String>,
) {
    let routes: Vec<&Route> = application.routes_to(name).collect();
    let wildcard = routes.iter().any(|route| route.is_wildcard());
    for route in routes.iter().filter(|route| !route.is_wildcard()) {
        if !paths.contains_key(&route.openapi()) {
            faults.push(format!(
                "spin.toml: trigger.http.route of {name}: no endpoint of {name} is at {}",
                route.openapi()
            ));
        }
    }
    for path in paths.keys().filter(|path| !wildcard && !routes.iter().any(|route| route.openapi() == **path))
    {
        let folder = application.components[name].stanza.as_ref().map(|it| it.domain.to_string());
        let folder = folder.unwrap_or_default();
        faults.push(format!("functions/{folder}/{name}: an endpoint is at {path}, which no trigger.http.route of {name} leads to"));
    }
}

/// The endpoints' arguments ask for the callers that the stanza names.
fn compare_callers(
    application: &Application,
    name: &Name,
    stanza: &Stanza,
    paths: &BTreeMap<String, Vec<Operation>>,
    faults: &mut Vec<String>,
) {
    let key = format!("spin.toml: component.{name}.tool.mcommerce.callers");
    let public = |path: &str| {
        let routes = application.routes_to(name).filter(|route| route.audience() == Audience::Public);
        routes.into_iter().any(|route| route.openapi() == path || route.is_wildcard())
    };
    let operations: Vec<(&String, &Operation)> = paths
        .iter()
        .filter(|(path, _)| public(path))
        .flat_map(|(path, operations)| operations.iter().map(move |operation| (path, operation)))
        .collect();
    let anyone = stanza.callers.contains(&Caller::Anyone);
    for (path, operation) in &operations {
        let at = format!("{} {path}", operation.method);
        if operation.open && !anyone {
            faults.push(format!(
                "{key}: {at} is open to anyone, who is not among them (its arguments ask for nobody)"
            ));
        }
        for permission in &operation.permissions {
            if !stanza.callers.contains(&Caller::Permission(permission.clone())) {
                faults.push(format!("{key}: {at} asks for {permission}, which is not among them"));
            }
        }
    }
    if anyone && !operations.iter().any(|(_, operation)| operation.open) {
        faults.push(format!("{key}: no endpoint is open to anyone"));
    }
    let asked: BTreeSet<&String> =
        operations.iter().flat_map(|(_, operation)| &operation.permissions).collect();
    for caller in &stanza.callers {
        let idle = match caller {
            Caller::Permission(permission) => !asked.contains(permission),
            Caller::User | Caller::Service => operations.iter().all(|(_, operation)| operation.open),
            Caller::Anyone | Caller::Component(_) => false,
        };
        if idle {
            faults.push(format!("{key}: no endpoint asks for {caller} among its arguments"));
        }
    }
}

/// A component reads the variables that its stanza maps, and secrets as secrets.
fn compare_variables(
    application: &Application,
    name: &Name,
    component: &Component,
    said: &SaidOfComponent,
    faults: &mut Vec<String>,
) {
    let key = |variable: &str| format!("spin.toml: component.{name}.variables.{variable}");
    let is_secret = |variable: &str| application.variables.get(variable).is_some_and(|it| it.secret);
    for (variable, reads_secret) in &said.variables {
        let Some(template) = component.variables.get(variable) else {
            faults.push(format!("{}: the component reads it, and it is missing", key(variable)));
            continue;
        };
        match (template.names().any(is_secret), *reads_secret) {
            (true, false) => faults.push(format!(
                "{}: it is secret, and the component reads it as text: let its type be `Secret`",
                key(variable)
            )),
            (false, true) => faults.push(format!(
                "{}: the component reads it as a secret: give the variable in it `secret = true`",
                key(variable)
            )),
            _ => {}
        }
    }
    for variable in component.variables.keys().filter(|variable| !said.variables.contains_key(*variable)) {
        faults.push(format!("{}: no endpoint of the component reads it", key(variable)));
    }
}

/// A component emits and consumes what its stanza says.
fn compare_events(name: &Name, stanza: &Stanza, said: &SaidOfComponent, faults: &mut Vec<String>) {
    let key = format!("spin.toml: component.{name}.tool.mcommerce");
    let granted: BTreeSet<String> = stanza.emits.iter().map(ToString::to_string).collect();
    for kind in said.emits.difference(&granted) {
        faults.push(format!("{key}.emits: the component may emit {kind}, which is not among them"));
    }
    for kind in granted.difference(&said.emits) {
        faults.push(format!("{key}.emits: kit::component! does not list {kind} among what it emits"));
    }
    for (subscription, consumption) in &stanza.consumes {
        let delivered: BTreeSet<String> = consumption.events.iter().map(ToString::to_string).collect();
        let path = format!("/events/{subscription}");
        let taken = said.consumes.get(&path).cloned().unwrap_or_default();
        for kind in delivered.difference(&taken) {
            faults.push(format!("{key}.consumes.{subscription}: no endpoint at {path} takes {kind}"));
        }
        for kind in taken.difference(&delivered) {
            faults
                .push(format!("{key}.consumes.{subscription}: {path} takes {kind}, which is not delivered"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn application() -> Application {
        Application::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../spin.toml")).unwrap()
    }

    /// What create-order's signature says, with these variables and events.
    fn said(variables: &[(&str, bool)], emits: &[&str]) -> SaidOfComponent {
        SaidOfComponent {
            document: Value::Null,
            variables: variables.iter().map(|(name, secret)| ((*name).to_owned(), *secret)).collect(),
            emits: emits.iter().map(|kind| (*kind).to_owned()).collect(),
            consumes: BTreeMap::new(),
        }
    }

    const VARIABLES: [(&str, bool); 5] = [
        ("bridge_token", true),
        ("bridge_url", false),
        ("jwt_public_key", false),
        ("log_level", false),
        ("order_secret", true),
    ];

    fn faults(said: &SaidOfComponent) -> Vec<String> {
        let application = application();
        let name = Name::parse("create-order").unwrap();
        let component = &application.components[&name];
        let mut faults = Vec::new();
        compare_variables(&application, &name, component, said, &mut faults);
        compare_events(&name, component.stanza.as_ref().unwrap(), said, &mut faults);
        faults
    }

    #[test]
    fn variables_and_events_that_the_stanza_has_are_no_fault() {
        assert_eq!(faults(&said(&VARIABLES, &["order.created"])), Vec::<String>::new());
    }

    #[test]
    fn a_secret_that_is_read_as_text_is_a_fault_and_so_is_text_that_is_read_as_a_secret() {
        let mut variables = VARIABLES;
        variables[4].1 = false;
        variables[1].1 = true;
        let faults = faults(&said(&variables, &["order.created"]));
        assert!(faults[0].contains("variables.bridge_url: the component reads it as a secret"), "{faults:?}");
        assert!(faults[1].contains("variables.order_secret: it is secret"), "{faults:?}");
        assert_eq!(faults.len(), 2, "{faults:?}");
    }

    #[test]
    fn a_variable_that_is_missing_or_not_read_is_a_fault() {
        let mut variables = VARIABLES;
        variables[4].0 = "payment_secret";
        let faults = faults(&said(&variables, &["order.created"]));
        assert!(faults[0].contains("variables.payment_secret: the component reads it"), "{faults:?}");
        assert!(faults[1].contains("variables.order_secret: no endpoint"), "{faults:?}");
    }

    #[test]
    fn an_event_without_its_grant_is_a_fault_and_so_is_a_grant_without_its_event() {
        let faults = faults(&said(&VARIABLES, &["order.expired"]));
        assert!(faults[0].contains("may emit order.expired, which is not among them"), "{faults:?}");
        assert!(faults[1].contains("does not list order.created"), "{faults:?}");
    }
}
