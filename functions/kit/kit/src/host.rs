//! What a function asks of its host: variables and outbound HTTP. Natively there is no host.

use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::{Problem, Secret};

/// Why an outbound request got no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NoAnswer(pub(crate) String);

/// A future whose code is compiled in this crate. That of an `async fn` is compiled in whatever crate awaits it, so that
/// every component would compile it anew.
pub type Compiled<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The value of a variable of this component, as spin.toml maps it. One that is not set is the shop's own fault.
pub fn variable(name: &str) -> Compiled<'_, Result<String, Problem>> {
    Box::pin(async move {
        imp::variable(name).await.map_err(|reason| Problem::internal(format!("variable {name}: {reason}")))
    })
}

/// A secret variable of this component. One that is not set, or empty, is the shop's own fault.
pub fn secret(name: &str) -> Compiled<'_, Result<Secret, Problem>> {
    Box::pin(async move {
        Secret::parse(variable(name).await?)
            .map_err(|error| Problem::internal(format!("variable {name}: {error}")))
    })
}

/// A variable parsed once an instance, and kept in `cell`. One that can't be parsed is the shop's own fault.
pub async fn parsed_variable<T, E: std::fmt::Display>(
    cell: &'static OnceLock<T>,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<&'static T, Problem> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let text = variable(name).await?;
    let value = parse(&text).map_err(|error| Problem::internal(format!("variable {name}: {error}")))?;
    Ok(cell.get_or_init(|| value))
}

/// Waits. Natively there is nothing to wait for.
pub async fn pause(duration: Duration) {
    imp::pause(duration).await;
}

/// Sends a request and reads the whole answer, `limit` bytes at the most. `wait` bounds the connection and each pause
/// before and within the answer.
pub(crate) async fn send(
    request: Request<Bytes>,
    wait: Duration,
    limit: usize,
) -> Result<Response<Bytes>, NoAnswer> {
    imp::send(request, wait, limit).await
}

#[cfg(target_arch = "wasm32")]
mod imp {
    use std::time::Duration;

    use bytes::Bytes;
    use http::{HeaderValue, Request, Response, header};
    use http_body_util::{BodyExt, Full, Limited};
    use send_wrapper::SendWrapper;
    use spin_sdk::http::{FullBody, IntoRequest as _};
    use spin_sdk::wasip3::http::types::RequestOptions;
    use spin_sdk::wasip3::http_compat::RequestOptionsExtension;

    use super::NoAnswer;

    pub(super) async fn variable(name: &str) -> Result<String, String> {
        SendWrapper::new(spin_sdk::variables::get(name)).await.map_err(|error| format!("{error:?}"))
    }

    pub(super) async fn pause(duration: Duration) {
        SendWrapper::new(spin_sdk::time::sleep(duration)).await;
    }

    pub(super) async fn send(
        mut request: Request<Bytes>,
        wait: Duration,
        limit: usize,
    ) -> Result<Response<Bytes>, NoAnswer> {
        let length = HeaderValue::from(request.body().len());
        request.headers_mut().insert(header::CONTENT_LENGTH, length);
        let request: Request<FullBody<Bytes>> = request.map(Full::new);
        SendWrapper::new(async move {
            let mut request = request;
            let nanos = u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX);
            let options = RequestOptions::new();
            // A host that can't keep one of these limits says so; its own limit on the whole request remains.
            let _ = options.set_connect_timeout(Some(nanos));
            let _ = options.set_first_byte_timeout(Some(nanos));
            let _ = options.set_between_bytes_timeout(Some(nanos));
            request.extensions_mut().insert(RequestOptionsExtension(options));
            let request = request.into_request().map_err(no_answer)?;
            let response = spin_sdk::http::send(request).await.map_err(no_answer)?;
            let (parts, body) = response.into_parts();
            let bytes = Limited::new(body, limit)
                .collect()
                .await
                .map_err(|error| NoAnswer(error.to_string()))?
                .to_bytes();
            Ok(Response::from_parts(parts, bytes))
        })
        .await
    }

    fn no_answer(error: impl std::fmt::Debug) -> NoAnswer {
        NoAnswer(format!("{error:?}"))
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod imp {
    use std::time::Duration;

    use bytes::Bytes;
    use http::{Request, Response};

    use super::NoAnswer;

    #[expect(clippy::unused_async, reason = "has the shape of the real one")]
    pub(super) async fn variable(_: &str) -> Result<String, String> {
        Err("there are no variables outside Wasm".into())
    }

    #[expect(clippy::unused_async, reason = "has the shape of the real one")]
    pub(super) async fn pause(_: Duration) {}

    #[expect(clippy::unused_async, reason = "has the shape of the real one")]
    pub(super) async fn send(_: Request<Bytes>, _: Duration, _: usize) -> Result<Response<Bytes>, NoAnswer> {
        Err(NoAnswer("there is no network outside Wasm".into()))
    }
}
