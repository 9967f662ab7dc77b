//! What the signatures of endpoints say: operations of the OpenAPI document, variables, events. Natively only.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use contracts::identity::Right;
use http::StatusCode;
use utoipa::openapi::path::{
    HttpMethod, Operation as OpenApiOperation, OperationBuilder, Parameter as OpenApiParameter,
    ParameterBuilder, ParameterIn, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HeaderBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr,
    Required, Response, ResponseBuilder, Schema,
};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use values::{Case, Problem, Refusal, Status, Variable};

use crate::answer::{Created, CreatedOrExisting, Json, NoContent, WithCookie};
use crate::bridge::{Bridge, BridgeProbe};
use crate::caller::{Caller, Neighbour, OrderAsker, Permitted, SignedIn};
use crate::caller::{Forbidden, Unknown};
use crate::context::Context;
use crate::cookies::Cookies;
use crate::etag::{IfNoneMatch, Tagged};
use crate::event::Event;
use crate::idempotency::{IdempotencyKey, NoKey};
use crate::json::Unreadable;
use crate::json::{Input, Search};
use crate::method::Method;
use crate::network::ClientNetwork;
use crate::once::Reused;
use crate::parameter::Parameter;
use crate::problem::Body;
use crate::serve::NoEndpoint;

/// An argument or a result of an endpoint that says something of it.
pub trait Describe {
    /// Adds what it says.
    fn describe(operation: &mut Operation);
}

/// What the endpoints of a component say.
#[derive(Default)]
pub struct Component {
    paths: BTreeMap<&'static str, Vec<(Method, Operation)>>,
    emits: BTreeSet<&'static str>,
}

/// What one endpoint says.
pub struct Operation {
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    description: &'static str,
    parameters: Vec<OpenApiParameter>,
    body: Option<RefOr<Schema>>,
    successes: BTreeMap<u16, ResponseBuilder>,
    refusals: BTreeSet<Case>,
    security: Vec<SecurityRequirement>,
    schemas: BTreeMap<String, RefOr<Schema>>,
    variables: BTreeMap<&'static str, bool>,
    consumes: Option<&'static str>,
}

/// The codes of all problems. Whoever puts the document of a shop together knows them.
#[derive(Debug)]
pub struct ProblemCode;

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

impl Operation {
    /// An operation about which nothing is known but its path, name and documentation.
    #[must_use]
    pub fn new(
        path: &'static str,
        id: &'static str,
        summary: &'static str,
        description: &'static str,
    ) -> Self {
        let mut operation = Self {
            path,
            id,
            summary,
            description,
            parameters: Vec::new(),
            body: None,
            successes: BTreeMap::new(),
            refusals: BTreeSet::new(),
            security: Vec::new(),
            schemas: BTreeMap::new(),
            variables: BTreeMap::new(),
            consumes: None,
        };
        // Any endpoint may fail.
        operation.add_case(Status::Internal, "internal", "");
        operation.add_schema::<Body<'_>>();
        operation
    }

    /// Notes a variable that the endpoint reads.
    pub fn reads<T: Variable>(&mut self, name: &'static str) {
        self.variables.insert(name, T::IS_SECRET);
    }

    fn add_case(&mut self, status: Status, code: &'static str, about: &'static str) {
        self.refusals.insert(Case { status, code, about });
    }

    fn add_refusals<R: Refusal>(&mut self) {
        self.refusals.extend(R::cases());
    }

    fn add_invalid_fields(&mut self) {
        let about = "`fields` names every field at fault.";
        self.add_case(Status::UnprocessableContent, "invalid_fields", about);
    }

    fn add_unavailable(&mut self) {
        self.add_case(Status::ServiceUnavailable, "unavailable", "");
    }

    fn add_bearer(&mut self, optional: bool) {
        if optional {
            self.security.push(SecurityRequirement::default());
        }
        self.add_scopes(&[]);
    }

    fn add_scopes(&mut self, scopes: &[&str]) {
        self.add_security("bearer", scopes);
    }

    fn add_security(&mut self, scheme: &str, scopes: &[&str]) {
        self.security.push(SecurityRequirement::new(scheme, scopes.iter().copied()));
        self.add_refusals::<Unknown>();
    }

    fn add_header(&mut self, name: &str, required: Required, description: &str) {
        let schema = ObjectBuilder::new().schema_type(Type::String);
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(required)
            .description(Some(description))
            .schema(Some(schema));
        self.parameters.push(parameter.build());
    }

    fn add_schema<T: ToSchema>(&mut self) -> Ref {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        self.schemas.extend(schemas);
        Ref::from_schema_name(T::name())
    }

    fn add_success(&mut self, status: StatusCode, response: ResponseBuilder) {
        let description = status.canonical_reason().unwrap_or_default();
        self.successes.insert(status.as_u16(), response.description(description));
    }

    fn add_json<T: ToSchema>(&mut self, status: StatusCode) {
        let content = ContentBuilder::new().schema(Some(self.add_schema::<T>())).build();
        self.add_success(status, ResponseBuilder::new().content("application/json", content));
    }

    fn into_openapi(mut self, tag: &str) -> OpenApiOperation {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut builder = OperationBuilder::new()
            .tag(tag)
            .operation_id(Some(self.id))
            .summary(text(self.summary))
            .description(text(self.description))
            .parameters(Some(std::mem::take(&mut self.parameters)))
            .request_body(self.body.take().map(|schema| {
                let content = ContentBuilder::new().schema(Some(schema)).build();
                let body = RequestBodyBuilder::new().content("application/json", content);
                body.required(Some(Required::True)).build()
            }));
        for (status, response) in std::mem::take(&mut self.successes) {
            builder = builder.response(status.to_string(), response);
        }
        for (status, response) in problems(&self.refusals) {
            builder = builder.response((status as u16).to_string(), response);
        }
        for requirement in self.security {
            builder = builder.security(requirement);
        }
        builder.build()
    }
}

/// A response for each status, which lists its codes.
fn problems(refusals: &BTreeSet<Case>) -> BTreeMap<Status, Response> {
    let mut lines: BTreeMap<Status, Vec<String>> = BTreeMap::new();
    for Case { status, code, about } in refusals {
        let line = if about.is_empty() { format!("`{code}`") } else { format!("`{code}`: {about}") };
        lines.entry(*status).or_default().push(line);
    }
    let response = |lines: Vec<String>| {
        let schema = Ref::from_schema_name(<Body<'_>>::name());
        let content = ContentBuilder::new().schema(Some(schema)).build();
        ResponseBuilder::new()
            .description(lines.join("\n"))
            .content("application/problem+json", content)
            .build()
    };
    lines.into_iter().map(|(status, lines)| (status, response(lines))).collect()
}

impl PartialSchema for ProblemCode {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).into()
    }
}

impl ToSchema for ProblemCode {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("ProblemCode")
    }
}

impl<A: Describe, R: Refusal> Describe for Result<A, Problem<R>> {
    fn describe(operation: &mut Operation) {
        A::describe(operation);
        operation.add_refusals::<R>();
    }
}

impl Describe for axum::response::Response {
    fn describe(operation: &mut Operation) {
        operation.add_success(StatusCode::OK, ResponseBuilder::new());
    }
}

impl Describe for NoContent {
    fn describe(operation: &mut Operation) {
        operation.add_success(StatusCode::NO_CONTENT, ResponseBuilder::new());
    }
}

impl<T: ToSchema> Describe for Json<T> {
    fn describe(operation: &mut Operation) {
        operation.add_json::<T>(StatusCode::OK);
    }
}

impl<T: ToSchema> Describe for Created<T> {
    fn describe(operation: &mut Operation) {
        operation.add_json::<T>(StatusCode::CREATED);
    }
}

impl<T: ToSchema> Describe for CreatedOrExisting<T> {
    fn describe(operation: &mut Operation) {
        operation.add_json::<T>(StatusCode::CREATED);
        operation.add_json::<T>(StatusCode::OK);
    }
}

impl<T: ToSchema> Describe for Tagged<T> {
    fn describe(operation: &mut Operation) {
        operation.add_json::<T>(StatusCode::OK);
        operation.add_success(StatusCode::NOT_MODIFIED, ResponseBuilder::new());
    }
}

impl<T: Describe> Describe for WithCookie<T> {
    fn describe(operation: &mut Operation) {
        T::describe(operation);
        let header =
            || HeaderBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::String))).build();
        let successes = std::mem::take(&mut operation.successes);
        let with_cookie =
            successes.into_iter().map(|(status, it)| (status, it.header("Set-Cookie", header())));
        operation.successes = with_cookie.collect();
    }
}

impl Describe for Context {
    fn describe(_: &mut Operation) {}
}

impl Describe for Cookies {
    fn describe(_: &mut Operation) {}
}

impl Describe for IfNoneMatch {
    fn describe(_: &mut Operation) {}
}

impl Describe for http::Uri {
    fn describe(_: &mut Operation) {}
}

impl Describe for http::HeaderMap {
    fn describe(_: &mut Operation) {}
}

impl Describe for Bridge {
    fn describe(operation: &mut Operation) {
        operation.reads::<String>("bridge_url");
        operation.reads::<values::Secret>("bridge_token");
        operation.add_unavailable();
    }
}

impl Describe for BridgeProbe {
    fn describe(operation: &mut Operation) {
        operation.reads::<String>("bridge_url");
        operation.add_unavailable();
    }
}

impl Describe for ClientNetwork {
    fn describe(operation: &mut Operation) {
        operation.reads::<String>("client_address_header");
    }
}

impl Describe for Caller {
    fn describe(operation: &mut Operation) {
        operation.reads::<String>("jwt_public_key");
        operation.add_bearer(true);
    }
}

impl Describe for SignedIn {
    fn describe(operation: &mut Operation) {
        operation.reads::<String>("jwt_public_key");
        operation.add_bearer(false);
    }
}

impl<R: Right> Describe for Permitted<R> {
    fn describe(operation: &mut Operation) {
        operation.reads::<String>("jwt_public_key");
        operation.add_scopes(&[R::PERMISSION.name()]);
        operation.add_refusals::<Forbidden>();
    }
}

impl Describe for OrderAsker {
    fn describe(operation: &mut Operation) {
        Caller::describe(operation);
        let description = "The `accessToken` of a guest's order.";
        operation.add_header("X-Order-Token", Required::False, description);
    }
}

impl Describe for Neighbour {
    fn describe(operation: &mut Operation) {
        operation.reads::<values::Secret>("service_token");
        operation.add_security("service", &[]);
    }
}

impl Describe for IdempotencyKey {
    fn describe(operation: &mut Operation) {
        let description = "Names this attempt: 8 to 64 visible ASCII characters. A repeated request with the same key \
            and body has the same result and no further effect.";
        operation.add_header(Self::HEADER, Required::True, description);
        operation.add_refusals::<NoKey>();
        operation.add_refusals::<Reused>();
    }
}

impl<T: ToSchema> Describe for Input<T> {
    fn describe(operation: &mut Operation) {
        operation.body = Some(operation.add_schema::<T>().into());
        operation.add_refusals::<Unreadable>();
        operation.add_invalid_fields();
    }
}

impl<T: IntoParams> Describe for Search<T> {
    fn describe(operation: &mut Operation) {
        operation.parameters.extend(T::into_params(|| Some(ParameterIn::Query)));
        operation.add_invalid_fields();
    }
}

impl<T: ToSchema> Describe for Parameter<T> {
    fn describe(operation: &mut Operation) {
        let name = operation.path.split(['{', '}']).nth(1).unwrap_or_default();
        let schema = operation.add_schema::<T>();
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(schema));
        operation.parameters.push(parameter.build());
        operation.add_invalid_fields();
    }
}

impl<T: contracts::Event> Describe for Event<T> {
    fn describe(operation: &mut Operation) {
        operation.reads::<values::Secret>("bridge_token");
        operation.consumes = Some(T::TYPE);
        operation.add_invalid_fields();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
