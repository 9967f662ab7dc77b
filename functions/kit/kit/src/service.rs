use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, header};
use protocol::Traceparent;
use serde::Serialize;
use serde::de::DeserializeOwned;
use values::{Fault, Secret};

use crate::context::Context;
use crate::host;
use crate::host::Compiled;
use crate::trace;

const MAX_ANSWER_BYTES: usize = 1024 * 1024;
const WAIT: Duration = Duration::from_secs(10);

/// A service of another domain, on behalf of one request.
#[derive(Debug)]
pub struct Service {
    url: &'static str,
    token: &'static Secret,
    trace: Traceparent,
}

/// What another service answered.
#[derive(Debug)]
pub struct ServiceAnswer {
    status: StatusCode,
    body: Bytes,
}

impl Service {
    /// The service at an address, which is shown the token.
    #[must_use]
    pub fn new(context: Context, url: &'static str, token: &'static Secret) -> Self {
        Self { url, token, trace: context.trace() }
    }

    /// POSTs JSON. A 5xx, or no answer within 10 s, means that the service is unavailable.
    pub async fn post<T: Serialize>(&self, route: &str, body: &T) -> Result<ServiceAnswer, Fault> {
        self.send(route, serde_json::to_vec(body)).await
    }

    fn send<'a>(
        &'a self,
        route: &'a str,
        json: serde_json::Result<Vec<u8>>,
    ) -> Compiled<'a, Result<ServiceAnswer, Fault>> {
        Box::pin(async move {
            let request = trace::add_to(Request::post(format!("{}{route}", self.url)), &self.trace)
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::AUTHORIZATION, format!("Bearer {}", self.token.expose()))
                .body(Bytes::from(json.map_err(Fault::internal)?))
                .map_err(Fault::internal)?;
            let response = host::send(request, WAIT, MAX_ANSWER_BYTES)
                .await
                .map_err(|error| Fault::unavailable(format!("{}: {error}", self.url)))?;
            if response.status().is_server_error() {
                return Err(Fault::unavailable(format!("{}{route}: {}", self.url, response.status())));
            }
            Ok(ServiceAnswer { status: response.status(), body: response.into_body() })
        })
    }
}

impl ServiceAnswer {
    /// The HTTP status; never a 5xx.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Decodes the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Fault::internal(format!("the answer of another service: {error}")))
    }

    /// The fault of an answer that was not expected.
    #[must_use]
    pub fn unexpected(&self) -> Fault {
        Fault::internal(format!("another service answered {}", self.status))
    }
}
