use std::net::SocketAddr;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use wasmtime_wasi_http::WasiBody;

use super::Inbox;
use crate::server::{Problem, Service};

/// Serves the inbox on its own listener, for a shop whose functions run elsewhere.
#[async_trait]
impl Service for Inbox {
    async fn answer(&self, request: Request<Incoming>, _: SocketAddr) -> Response<WasiBody> {
        if request.uri().path() == "/" {
            let mut response =
                Response::new(Empty::<Bytes>::new().map_err(|never| match never {}).boxed_unsync());
            *response.status_mut() = StatusCode::SEE_OTHER;
            response.headers_mut().insert(LOCATION, HeaderValue::from_static("/_inbox"));
            return response;
        }
        // Not a recursion: the inherent method answers paths below `/_inbox`.
        Self::answer(self, request.method(), request.uri().path())
            .unwrap_or_else(|| Problem::NotFound.response(None))
    }
}
