//! Calls to the host: variables, outbound HTTP, time. Natively there is no host.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use values::Fault;

/// An outbound request got no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NoAnswer(pub(crate) String);

/// A future whose code is compiled in the crate that returns it. An `async fn` is compiled in every crate that awaits it, so
/// each component would compile it again.
pub type Compiled<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The text of a variable of this component, as `spin.toml` maps it.
pub(crate) fn variable(name: &str) -> Compiled<'_, Result<String, Fault>> {
    Box::pin(async move {
        imp::variable(name).await.map_err(|reason| Fault::internal(format!("variable {name}: {reason}")))
    })
}

/// Waits; natively, returns at once.
pub async fn pause(duration: Duration) {
    imp::pause(duration).await;
}

/// Sends a request to the bridge or to another function, and reads the whole answer, up to `limit` bytes. `wait` bounds the connection, the time to the first byte
/// and each pause after it.
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
        if !request.body().is_empty() {
            // Spin sends head and body apart, without TCP_NODELAY: the body waits for the head's acknowledgement, which is
            // delayed by 40 ms unless there is something to answer.
            let continued = HeaderValue::from_static("100-continue");
            request.headers_mut().insert(header::EXPECT, continued);
        }
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
