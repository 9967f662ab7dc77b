use axum::response::Response;
use http::StatusCode;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{HeaderBuilder, ResponseBuilder};
use values::{Problem, Refusal};

use super::operation::{Describe, Operation};
use crate::answer::{Created, CreatedOrExisting, Json, NoContent, WithCookie};
use crate::etag::Tagged;

impl<A: Describe, R: Refusal> Describe for Result<A, Problem<R>> {
    fn describe(operation: &mut Operation) {
        A::describe(operation);
        operation.add_refusals::<R>();
    }
}

impl Describe for Response {
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
