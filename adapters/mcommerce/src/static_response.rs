//! Static responses, which need no component.

use application::StaticResponse;
use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::WasiBody;

pub(crate) fn answer(declared: &StaticResponse) -> Response<WasiBody> {
    let body = Full::new(Bytes::from(declared.body.clone())).map_err(|never| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = declared.status;
    *response.headers_mut() = declared.headers.clone();
    response
}
