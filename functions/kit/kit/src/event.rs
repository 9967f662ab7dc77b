use axum::extract::{FromRequest, FromRequestParts as _, Request};
use bytes::Bytes;
use protocol::CloudEvent;
use values::{FieldCode, FieldFault, Invalid};

use crate::caller::FromBridge;
use crate::host::Compiled;
use crate::json::Unreadable;
use crate::problem::Rejection;

/// An event that the bridge delivers, at least once.
///
/// A consumer that has handled the event's `id` before answers 2xx without handling it again. 422 says that this event can
/// never be handled: the bridge parks it at once.
#[derive(Clone, Debug)]
pub struct Event<T>(pub CloudEvent<T>);

impl<S: Send + Sync, T: contracts::Event> FromRequest<S> for Event<T> {
    type Rejection = Rejection;

    async fn from_request(request: Request, _: &S) -> Result<Self, Rejection> {
        let bytes = body(request).await?;
        let event: CloudEvent<T> = serde_json::from_slice(&bytes).map_err(|error| unusable(&error))?;
        if event.kind.as_str() == T::TYPE { Ok(Self(event)) } else { Err(unusable(&"not of this type")) }
    }
}

fn body<'a>(request: Request) -> Compiled<'a, Result<Bytes, Rejection>> {
    Box::pin(async move {
        let (mut parts, body) = request.into_parts();
        FromBridge::from_request_parts(&mut parts, &()).await?;
        Bytes::from_request(Request::from_parts(parts, body), &())
            .await
            .map_err(|rejection| Rejection::refuse(Unreadable::Malformed(rejection.body_text())))
    })
}

fn unusable(error: &dyn std::fmt::Display) -> Rejection {
    Invalid::field("event", FieldFault::with_message(FieldCode::Format, error.to_string())).into()
}
