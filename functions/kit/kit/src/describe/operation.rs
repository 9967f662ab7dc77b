use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use utoipa::ToSchema;
use utoipa::openapi::path::{
    Operation as OpenApiOperation, OperationBuilder, Parameter as OpenApiParameter, ParameterBuilder,
    ParameterIn,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Schema};
use values::{Case, Refusal, Status, Variable};

use crate::caller::Unknown;
use crate::problem::Body;

/// An argument or a result of an endpoint that says something of it.
pub trait Describe {
    /// Adds what it says.
    fn describe(operation: &mut Operation);
}

/// What one endpoint says.
pub struct Operation {
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    pub(super) parameters: Vec<OpenApiParameter>,
    pub(super) body: Option<RefOr<Schema>>,
    pub(super) successes: BTreeMap<u16, ResponseBuilder>,
    pub(super) refusals: BTreeSet<Case>,
    pub(super) security: Vec<SecurityRequirement>,
    pub(super) schemas: BTreeMap<String, RefOr<Schema>>,
    pub(super) variables: BTreeMap<&'static str, bool>,
    pub(super) consumes: Option<&'static str>,
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

    pub(super) fn add_case(&mut self, status: Status, code: &'static str, about: &'static str) {
        self.refusals.insert(Case { status, code, about });
    }

    pub(super) fn add_refusals<R: Refusal>(&mut self) {
        self.refusals.extend(R::cases());
    }

    pub(super) fn add_invalid_fields(&mut self) {
        let about = "`fields` names every field at fault.";
        self.add_case(Status::UnprocessableContent, "invalid_fields", about);
    }

    pub(super) fn add_unavailable(&mut self) {
        self.add_case(Status::ServiceUnavailable, "unavailable", "");
    }

    pub(super) fn add_bearer(&mut self, optional: bool) {
        if optional {
            self.security.push(SecurityRequirement::default());
        }
        self.add_scopes(&[]);
    }

    pub(super) fn add_scopes(&mut self, scopes: &[&str]) {
        self.add_security("bearer", scopes);
    }

    pub(super) fn add_security(&mut self, scheme: &str, scopes: &[&str]) {
        self.security.push(SecurityRequirement::new(scheme, scopes.iter().copied()));
        self.add_refusals::<Unknown>();
    }

    pub(super) fn add_header(&mut self, name: &str, required: Required, description: &str) {
        let schema = ObjectBuilder::new().schema_type(Type::String);
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(required)
            .description(Some(description))
            .schema(Some(schema));
        self.parameters.push(parameter.build());
    }

    pub(super) fn add_schema<T: ToSchema>(&mut self) -> Ref {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        self.schemas.extend(schemas);
        Ref::from_schema_name(T::name())
    }

    pub(super) fn add_success(&mut self, status: StatusCode, response: ResponseBuilder) {
        let description = status.canonical_reason().unwrap_or_default();
        self.successes.insert(status.as_u16(), response.description(description));
    }

    pub(super) fn add_json<T: ToSchema>(&mut self, status: StatusCode) {
        let content = ContentBuilder::new().schema(Some(self.add_schema::<T>())).build();
        self.add_success(status, ResponseBuilder::new().content("application/json", content));
    }

    pub(super) fn into_openapi(mut self, tag: &str) -> OpenApiOperation {
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
