use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use application::{BlobAccess, Grant};
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use protocol::{FailureCode, Traceparent};

use super::declared_length::declared_length;
use super::function::Function;
use super::layers::Permit;
use super::refusal::Refusal;
use crate::app::App;
use crate::error_chain::Chain;
use crate::store::{Blob, StoreError, Unfit};

const MAX_BLOB_BYTES: u64 = 8 * 1024 * 1024;
const MAX_MEDIA_TYPE_BYTES: usize = 100;

type Incoming = Pin<Box<dyn Stream<Item = Result<Bytes, StoreError>> + Send>>;

pub(super) async fn put(
    State(app): State<Arc<App>>,
    function: Function,
    Path(id): Path<String>,
    request: Request,
) -> Result<StatusCode, Refusal> {
    let (head, body) = request.into_parts();
    store(&app, &function, &id, &head.headers, body).await.map_err(about_blobs)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn get(
    State(app): State<Arc<App>>,
    function: Function,
    Path(id): Path<String>,
    Extension(permit): Extension<Permit>,
    Extension(trace): Extension<Traceparent>,
) -> Result<Response, Refusal> {
    let (media_type, blob) = find(&app, &function, &id).await.map_err(about_blobs)?;
    let bytes = blob.bytes.inspect(move |piece| {
        // The request counts as in flight until its last byte has been sent.
        let _in_flight = &permit;
        // The status has been sent, so the caller only sees the connection break.
        if let Err(error) = piece {
            let (trace_id, cause) = (trace.trace_id(), Chain(error));
            tracing::error!("traceId" = trace_id, %cause, "a blob could not be sent to its end");
        }
    });
    let mut response = Response::new(Body::from_stream(bytes));
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(blob.length));
    Ok(response)
}

fn about_blobs(refusal: Refusal) -> Refusal {
    refusal.about("blobs")
}

async fn store(
    app: &App,
    function: &Function,
    id: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<(), Refusal> {
    function.require(&app.grants, &Grant::Blobs(BlobAccess::Write))?;
    check_id(id)?;
    let media_type = media_type(headers)?;
    if declared_length(headers).is_some_and(|length| length > MAX_BLOB_BYTES) {
        return Err(Refusal::too_large(MAX_BLOB_BYTES));
    }
    let received = Arc::new(AtomicU64::new(0));
    let stored = app.store.put_blob(id, media_type, counted(body, &received), MAX_BLOB_BYTES).await;
    // The store reports only that the bytes don't fit; the count tells why.
    if stored.is_err() && received.load(Ordering::Relaxed) > MAX_BLOB_BYTES {
        return Err(Refusal::too_large(MAX_BLOB_BYTES));
    }
    stored?;
    Ok(())
}

/// Finds a blob, and returns its media type as a header.
async fn find(app: &App, function: &Function, id: &str) -> Result<(HeaderValue, Blob), Refusal> {
    function.require(&app.grants, &Grant::Blobs(BlobAccess::Read))?;
    check_id(id)?;
    let Some(blob) = app.store.get_blob(id).await? else {
        return Err(Refusal::new(StatusCode::NOT_FOUND, FailureCode::NotFound, "there is no such blob"));
    };
    let media_type = HeaderValue::from_str(&blob.media_type).map_err(Refusal::internal)?;
    Ok((media_type, blob))
}

fn check_id(id: &str) -> Result<(), Refusal> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=64).contains(&id.len()) && id.chars().all(allowed) {
        Ok(())
    } else {
        Err(Refusal::malformed("the id of a blob must be 1 to 64 characters of a-z, 0-9 and -"))
    }
}

fn media_type(headers: &HeaderMap) -> Result<&str, Refusal> {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok("application/octet-stream") };
    value
        .to_str()
        .ok()
        .filter(|text| text.len() <= MAX_MEDIA_TYPE_BYTES && text.contains('/'))
        .ok_or_else(|| Refusal::malformed("content-type must be a media type of at most 100 bytes"))
}

fn counted(body: Body, received: &Arc<AtomicU64>) -> Incoming {
    let received = Arc::clone(received);
    let pieces = body.into_data_stream().map(move |piece| {
        let piece = piece.map_err(|_| Unfit::BodyBrokeOff)?;
        received.fetch_add(piece.len() as u64, Ordering::Relaxed);
        Ok(piece)
    });
    Box::pin(pieces)
}
