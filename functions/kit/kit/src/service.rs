use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Compiled, Problem, Secret, Trace, bearer, host, secret, variable};

const MAX_ANSWER_BYTES: usize = 1024 * 1024;
const WAIT: Duration = Duration::from_secs(10);

/// A service of another domain, on behalf of one request.
#[derive(Debug)]
pub struct Service {
    url: String,
    token: Secret,
    trace: Trace,
}

/// What another service answered.
#[derive(Debug)]
pub struct ServiceAnswer {
    status: StatusCode,
    body: Bytes,
}

impl Service {
    pub(crate) fn of<'a>(
        trace: Trace,
        url_variable: &'a str,
        token_variable: &'a str,
    ) -> Compiled<'a, Result<Self, Problem>> {
        Box::pin(async move {
            Ok(Self { url: variable(url_variable).await?, token: secret(token_variable).await?, trace })
        })
    }

    /// POSTs JSON. No answer within 10 s, or none at all, is a 503.
    pub async fn post<T: Serialize>(&self, route: &str, body: &T) -> Result<ServiceAnswer, Problem> {
        self.send(route, serde_json::to_vec(body)).await
    }

    fn send<'a>(
        &'a self,
        route: &'a str,
        json: serde_json::Result<Vec<u8>>,
    ) -> Compiled<'a, Result<ServiceAnswer, Problem>> {
        Box::pin(async move {
            let json = json.map_err(|error| Problem::internal(error.to_string()))?;
            let request = Request::builder()
                .method(Method::POST)
                .uri(format!("{}{route}", self.url))
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::AUTHORIZATION, format!("Bearer {}", self.token.expose()))
                .header("traceparent", self.trace.traceparent())
                .body(Bytes::from(json))
                .map_err(|error| Problem::internal(error.to_string()))?;
            let response = host::send(request, WAIT, MAX_ANSWER_BYTES)
                .await
                .map_err(|error| Problem::unavailable(format!("{}: {error}", self.url)))?;
            if response.status().is_server_error() {
                return Err(Problem::unavailable(format!("{}{route}: {}", self.url, response.status())));
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

    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Problem::internal(format!("a neighbour's answer: {error}")))
    }
}

/// Lets a caller pass that shows the token this component keeps in a variable: the bridge, or another function.
pub fn function_token<'a>(
    headers: &'a HeaderMap,
    variable_name: &'a str,
) -> Compiled<'a, Result<(), Problem>> {
    Box::pin(async move {
        let expected = secret(variable_name).await?;
        match bearer(headers)? {
            Some(token) if expected.is(token) => Ok(()),
            _ => Err(Problem::unauthenticated("This is for the shop's own functions.")),
        }
    })
}
