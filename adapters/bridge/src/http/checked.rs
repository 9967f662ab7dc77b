use std::borrow::Cow;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use bson::Bson;
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use protocol::{Check, MAX_BODY_BYTES, check_nesting};
use serde::de::DeserializeOwned;

use super::declared_length::declared_length;
use super::media::Media;
use super::refusal::Refusal;

/// The body of a request, decoded and checked.
pub(super) struct Checked<T>(pub(super) T);

impl<T: DeserializeOwned + Check, S: Sync> FromRequest<S> for Checked<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let (head, body) = request.into_parts();
        read(&head.headers, body).await.map(Self)
    }
}

async fn read<T: DeserializeOwned + Check>(headers: &HeaderMap, body: Body) -> Result<T, Refusal> {
    let media = Media::for_body(headers)?;
    let bytes = collect(headers, body).await?;
    let request: T = match media {
        Media::Bson => decode(&bytes)?,
        Media::Json => {
            let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| {
                Refusal::malformed(format!("not JSON: line {}, column {}", error.line(), error.column()))
            })?;
            let value = Bson::try_from(value).map_err(|error| malformed(&error))?;
            let Bson::Document(document) = value else {
                return Err(Refusal::malformed("the body must be a JSON object"));
            };
            decode(&bson::serialize_to_vec(&document).map_err(|error| malformed(&error))?)?
        }
    };
    request.check()?;
    Ok(request)
}

async fn collect(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let too_large = || Refusal::too_large(MAX_BODY_BYTES as u64);
    if declared_length(headers).is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        return Err(too_large());
    }
    match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Refusal::malformed("the body ended early")),
    }
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    check_nesting(bytes)?;
    bson::deserialize_from_slice(bytes).map_err(|error| malformed(&error))
}

fn malformed(error: &impl ToString) -> Refusal {
    Refusal::malformed(without_values(&error.to_string()))
}

/// Removes the values that a decoder's message quotes, because they may be personal data. Names of fields stay.
fn without_values(complaint: &str) -> Cow<'_, str> {
    const QUOTING_VALUES: [&str; 5] = ["integer ", "floating point ", "boolean ", "character ", "string "];
    let mut kept = String::new();
    let mut rest = complaint;
    while let Some(at) = rest.find(['"', '`']) {
        let (before, quoted) = rest.split_at(at);
        let value = quoted.starts_with('"') || QUOTING_VALUES.iter().any(|kind| before.ends_with(kind));
        // A string may contain its own quote character, so it ends at the last one.
        let end = if quoted.starts_with('"') {
            quoted.rfind('"')
        } else {
            quoted[1..].find('`').map(|end| end + 1)
        };
        let end = end.filter(|end| *end > 0).unwrap_or(quoted.len() - 1);
        kept.push_str(before);
        kept.push_str(if value { "…" } else { &quoted[..=end] });
        rest = &quoted[end + 1..];
    }
    if kept.is_empty() { Cow::Borrowed(complaint) } else { Cow::Owned(kept + rest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_fields_but_quotes_no_values() {
        for (complaint, without) in [
            ("missing field `queries`", "missing field `queries`"),
            (
                "invalid type: string \"anna@example.com\", expected u32",
                "invalid type: string …, expected u32",
            ),
            (
                "invalid type: integer `4242424242424242`, expected a map",
                "invalid type: integer …, expected a map",
            ),
            ("invalid type: string \"a\\\" \"b\", expected u32", "invalid type: string …, expected u32"),
            ("unknown field `x`, expected `y` or `z`", "unknown field `x`, expected `y` or `z`"),
            ("ends with \"", "ends with …"),
            ("ends with é`", "ends with é`"),
        ] {
            assert_eq!(without_values(complaint), without);
        }
    }
}
