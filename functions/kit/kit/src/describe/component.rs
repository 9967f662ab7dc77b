use std::collections::{BTreeMap, BTreeSet};

use utoipa::openapi::path::{HttpMethod, PathsBuilder};
use utoipa::openapi::{ComponentsBuilder, OpenApi, OpenApiBuilder, PathItem};
use values::Refusal as _;

use super::operation::Operation;
use crate::method::Method;
use crate::serve::NoEndpoint;

/// What the endpoints of a component say.
#[derive(Default)]
pub struct Component {
    paths: BTreeMap<&'static str, Vec<(Method, Operation)>>,
    emits: BTreeSet<&'static str>,
}

impl Component {
    /// Adds an endpoint.
    pub fn add(&mut self, method: Method, operation: Operation) {
        self.paths.entry(operation.path).or_default().push((method, operation));
    }

    /// Adds an event that the component may emit.
    pub fn add_emitted<E: contracts::Event>(&mut self) {
        self.emits.insert(E::TYPE);
    }

    /// The types of the events that the component may emit.
    #[must_use]
    pub fn emits(&self) -> &BTreeSet<&'static str> {
        &self.emits
    }

    /// The types of the events that are delivered to each path.
    #[must_use]
    pub fn consumes(&self) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
        let consumed = |operations: &Vec<(Method, Operation)>| {
            operations.iter().filter_map(|(_, operation)| operation.consumes).collect::<BTreeSet<_>>()
        };
        let all = self.paths.iter().map(|(path, operations)| (*path, consumed(operations)));
        all.filter(|(_, kinds)| !kinds.is_empty()).collect()
    }

    /// The variables that the component reads, and whether each must be secret.
    #[must_use]
    pub fn variables(&self) -> BTreeMap<&'static str, bool> {
        // The edge reads it for every component.
        let log_level = [("log_level", false)];
        let own = self.operations().flat_map(|operation| operation.variables.clone());
        log_level.into_iter().chain(own).collect()
    }

    /// The codes of the problems that requests to these paths are answered with.
    pub fn codes(&self, mut is_wanted: impl FnMut(&str) -> bool) -> BTreeSet<&'static str> {
        let without_endpoint = NoEndpoint::cases().into_iter().map(|case| case.code);
        let wanted = self.paths.iter().filter(|(path, _)| is_wanted(path));
        let operations = wanted.flat_map(|(_, operations)| operations);
        let refused = operations.flat_map(|(_, operation)| &operation.refusals).map(|case| case.code);
        without_endpoint.chain(refused).collect()
    }

    /// The OpenAPI document of the component, whose operations are tagged.
    #[must_use]
    pub fn into_openapi(self, tag: &str) -> OpenApi {
        let schemas: BTreeMap<_, _> =
            self.operations().flat_map(|operation| operation.schemas.clone()).collect();
        let mut paths = PathsBuilder::new();
        for (path, operations) in self.paths {
            for (method, operation) in operations {
                paths = paths.path(path, PathItem::new(http_method(method), operation.into_openapi(tag)));
            }
        }
        let components = ComponentsBuilder::new().schemas_from_iter(schemas).build();
        OpenApiBuilder::new().paths(paths).components(Some(components)).build()
    }

    fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.paths.values().flatten().map(|(_, operation)| operation)
    }
}

fn http_method(method: Method) -> HttpMethod {
    match method {
        Method::GET => HttpMethod::Get,
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::Permitted;
    use crate::describe::Describe;
    use crate::parameter::Parameter;
    use contracts::identity::right::WriteOrder;
    use serde_json::json;
    use values::Secret;

    fn described<T: Describe>(path: &'static str) -> Component {
        let mut operation = Operation::new(path, "changeOrder", "Changes an order.", "");
        T::describe(&mut operation);
        let mut component = Component::default();
        component.add(Method::PUT, operation);
        component
    }

    fn put(component: Component, path: &str) -> serde_json::Value {
        let document = serde_json::to_value(component.into_openapi("orders")).unwrap();
        document["paths"][path]["put"].clone()
    }

    #[test]
    fn a_permission_is_a_scope_and_its_lack_a_refusal() {
        let component = described::<Permitted<WriteOrder>>("/api/orders");
        assert!(component.variables().contains_key("jwt_public_key"));
        let operation = put(component, "/api/orders");
        assert_eq!(operation["security"], json!([{ "bearer": ["write:order"] }]));
        let refusal = &operation["responses"]["403"]["description"];
        assert_eq!(refusal, "`not_granted`: The caller lacks the permission.");
    }

    #[test]
    fn a_path_parameter_has_the_name_that_the_path_gives_it() {
        let path = "/api/orders/{id}";
        let operation = put(described::<Parameter<values::Id<()>>>(path), path);
        assert_eq!(operation["parameters"][0]["name"], "id");
        assert!(operation["responses"].get("422").is_some());
    }

    #[test]
    fn variables_that_are_read_as_secrets_are_told_apart() {
        let mut operation = Operation::new("/", "x", "", "");
        operation.reads::<Secret>("order_secret");
        operation.reads::<String>("shop_url");
        let mut component = Component::default();
        component.add(Method::GET, operation);
        let secrets: Vec<_> = component.variables().into_iter().filter(|(_, secret)| *secret).collect();
        assert_eq!(secrets, [("order_secret", true)]);
    }
}
