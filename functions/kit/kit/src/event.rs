use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use protocol::CloudEvent;
use serde::de::DeserializeOwned;

use crate::{Problem, function_token};

/// An event that the bridge delivers, at least once. The bridge shows the function's own bridge token.
///
/// A consumer that has handled the event's `id` before answers 2xx without doing it again. 422 says that this event
/// will never be understood: the bridge parks it at once.
#[derive(Clone, Debug)]
pub struct Event<T>(pub CloudEvent<T>);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Event<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        function_token(request.headers(), "bridge_token").await?;
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| Problem::malformed(rejection.body_text()))?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Problem::invalid(vec![crate::FieldError::invalid("event", error)]))
    }
}
