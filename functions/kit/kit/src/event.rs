use axum::extract::{FromRequest, FromRequestParts as _, Request};
use bytes::Bytes;
use protocol::CloudEvent;

use crate::caller::FromBridge;
use crate::host::Compiled;
use crate::json::{Unreadable, shape_error};
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
        let mut deserializer = serde_json::Deserializer::from_slice(&bytes);
        let event: CloudEvent<T> = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| unusable(&error.path().to_string(), &error.inner().to_string()))?;
        if event.kind.as_str() == T::TYPE {
            Ok(Self(event))
        } else {
            Err(unusable("type", &format!("must be {}", T::TYPE)))
        }
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

/// The message is stored with the event that the bridge parks, so it must not repeat what the event says of people.
fn unusable(path: &str, message: &str) -> Rejection {
    shape_error(path, message).within("event").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::payments::PaymentSucceeded;

    #[test]
    fn a_refused_event_names_the_field_and_repeats_no_value() {
        let json = r#"{"specversion":"1.0","id":"1","source":"/","type":"payment.succeeded","subject":"s","time":"t",
            "datacontenttype":"application/json","data":{"paymentId":"ada@example.com"}}"#;
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let error = serde_path_to_error::deserialize::<_, CloudEvent<PaymentSucceeded>>(&mut deserializer)
            .err()
            .unwrap();
        let refused = unusable(&error.path().to_string(), &error.inner().to_string()).into_refused();
        assert_eq!(refused.fields[0].field, "event.data.paymentId");
        assert!(!format!("{refused:?}").contains("ada@"), "{refused:?}");
    }
}
