//! Routes that are answered without a component.

use application::StaticResponse;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::WasiBody;

/// What is wrong with a `static_response`: it could never be sent.
#[derive(Debug, thiserror::Error)]
#[error("static_response: {0}")]
pub struct InvalidStaticResponse(String);

/// An answer that is always the same, as it is sent.
pub(crate) fn prepare(declared: &StaticResponse) -> Result<Response<Bytes>, InvalidStaticResponse> {
    let invalid = |what: &dyn std::fmt::Display| InvalidStaticResponse(what.to_string());
    let status =
        StatusCode::from_u16(declared.status_code.unwrap_or(200)).map_err(|error| invalid(&error))?;
    let mut response = Response::new(Bytes::from(declared.body.clone()));
    *response.status_mut() = status;
    for (name, value) in &declared.headers {
        let name = HeaderName::try_from(name).map_err(|error| invalid(&error))?;
        let value = HeaderValue::try_from(value).map_err(|error| invalid(&error))?;
        response.headers_mut().append(name, value);
    }
    Ok(response)
}

/// The answer with a body for one request.
pub(crate) fn send(response: &Response<Bytes>) -> Response<WasiBody> {
    response.clone().map(|body| Full::new(body).map_err(|never| match never {}).boxed_unsync())
}
