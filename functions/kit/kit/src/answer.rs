//! What an endpoint answers. A type for each kind of answer, so that the OpenAPI document follows from the signature.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use values::{Fault, Problem};

use crate::problem::{add_cookie, into_response};

/// The result of an endpoint.
pub trait Answer {
    /// The HTTP response.
    fn into_response(self) -> Response;
}

/// 200 with JSON that is not cached.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

/// 201 with the `Location` of what was created.
#[derive(Clone, Debug)]
pub struct Created<T> {
    location: String,
    body: T,
}

/// 201 with the `Location` of what was created, or 200 if an earlier request under the same key created it.
#[derive(Clone, Debug)]
pub struct CreatedOrExisting<T> {
    created: bool,
    location: String,
    body: T,
}

/// 204.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoContent;

/// An answer that sets a cookie.
#[derive(Clone, Debug)]
pub struct WithCookie<T> {
    /// The text of the `Set-Cookie` header.
    pub set_cookie: String,
    /// The rest of the answer.
    pub answer: T,
}

impl<T> Created<T> {
    /// What was created, and its address.
    pub fn new(location: String, body: T) -> Self {
        Self { location, body }
    }
}

impl<T> CreatedOrExisting<T> {
    /// What was created, now or before, and its address.
    pub fn new(created: bool, location: String, body: T) -> Self {
        Self { created, location, body }
    }
}

impl<A: Answer, R> Answer for Result<A, Problem<R>> {
    fn into_response(self) -> Response {
        match self {
            Ok(answer) => answer.into_response(),
            Err(problem) => into_response(problem.erase()),
        }
    }
}

/// An answer that the endpoint put together itself.
impl Answer for Response {
    fn into_response(self) -> Response {
        self
    }
}

impl Answer for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl<T: Serialize> Answer for Json<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, serde_json::to_vec(&self.0))
    }
}

impl<T: Serialize> Answer for Created<T> {
    fn into_response(self) -> Response {
        located(json(StatusCode::CREATED, serde_json::to_vec(&self.body)), &self.location)
    }
}

impl<T: Serialize> Answer for CreatedOrExisting<T> {
    fn into_response(self) -> Response {
        let status = if self.created { StatusCode::CREATED } else { StatusCode::OK };
        located(json(status, serde_json::to_vec(&self.body)), &self.location)
    }
}

impl<T: Answer> Answer for WithCookie<T> {
    fn into_response(self) -> Response {
        let mut response = self.answer.into_response();
        add_cookie(&mut response, &self.set_cookie);
        response
    }
}

/// Whatever the type of the body, the rest is compiled once.
#[inline(never)]
fn json(status: StatusCode, json: serde_json::Result<Vec<u8>>) -> Response {
    match json {
        Ok(json) => {
            let mut response = (status, json).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => into_response(Fault::internal(error).into()),
    }
}

fn located(mut response: Response, location: &str) -> Response {
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
