//! What each handler says of itself, held against the stanzas.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use application::{Application, Audience, Caller, Name, Route, Stanza};
use serde_json::Value;

use super::documents::Said;

/// The methods that a document can name.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const KEY: &str = "Idempotency-Key";

/// What handlers serve, by component and path.
pub(crate) struct Operations(BTreeMap<Name, BTreeMap<String, Vec<Operation>>>);

/// One handler.
#[derive(Debug)]
pub(crate) struct Operation {
    /// `GET`, `POST`.
    pub(crate) method: String,
    /// Whether it takes an Idempotency-Key.
    pub(crate) keyed: bool,
    /// Whether it can be called without a token.
    open: bool,
    /// The permissions that it asks for.
    permissions: BTreeSet<String>,
}

impl Operations {
    /// The handlers at a route.
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

/// Reads what handlers say, and names each difference from the stanzas.
pub(super) fn parse(application: &Application, said: &Said) -> anyhow::Result<Operations> {
    let mut operations = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, _, stanza) in application.stanzas() {
        let paths = said.components.get(name).map(paths).unwrap_or_default();
        compare_paths(application, name, &paths, &mut faults);
        compare_callers(application, name, stanza, &paths, &mut faults);
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

/// Each route has a handler, and each handler a route.
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
                "spin.toml: trigger.http.route of {name}: no handler of {name} is at {}",
                route.openapi()
            ));
        }
    }
    for path in paths.keys().filter(|path| !wildcard && !routes.iter().any(|route| route.openapi() == **path))
    {
        let folder = application.components[name].stanza.as_ref().map(|it| it.domain.to_string());
        let folder = folder.unwrap_or_default();
        faults.push(format!("functions/{folder}/{name}: a handler is at {path}, which no trigger.http.route of {name} leads to"));
    }
}

/// What handlers ask of their callers is what the stanza says of them.
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
                "{key}: {at} is open to anyone, who is not among them (security(…) of its #[utoipa::path] says so)"
            ));
        }
        for permission in &operation.permissions {
            if !stanza.callers.contains(&Caller::Permission(permission.clone())) {
                faults.push(format!("{key}: {at} asks for {permission}, which is not among them"));
            }
        }
    }
    if anyone && !operations.iter().any(|(_, operation)| operation.open) {
        faults.push(format!("{key}: no handler is open to anyone"));
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
            faults.push(format!("{key}: no handler asks for {caller} in security(…) of its #[utoipa::path]"));
        }
    }
}
