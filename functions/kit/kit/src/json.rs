use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::{FieldError, Problem};

/// JSON in an answer, never cached unless the handler says so.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

/// A JSON body, at most 64 KiB. 415 if it is said to be anything else, 413 if too long, 400 if it is no JSON,
/// 422 naming the field if it has another shape or a field that is not known.
#[derive(Clone, Debug)]
pub struct Input<T>(pub T);

/// The query of the address. 422 naming the parameter if it has another shape or one that is not known.
#[derive(Clone, Debug)]
pub struct Search<T>(pub T);

/// The most bytes of a JSON body.
pub(crate) const MAX_JSON_BYTES: usize = 64 * 1024;

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(json) => {
                let mut response = json.into_response();
                let headers = response.headers_mut();
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                response
            }
            Err(error) => Problem::internal(error.to_string()).into_response(),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body must be application/json.",
            ));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection: BytesRejection| Problem::malformed(rejection.body_text()))?;
        parse(&bytes).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Search<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(pairs, &mut track);
        T::deserialize(tracked).map(Self).map_err(|error| {
            Problem::invalid(vec![shape_error(&track.path().to_string(), &error.to_string())])
        })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.len() > MAX_JSON_BYTES {
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("The body must be at most {MAX_JSON_BYTES} bytes."),
        ));
    }
    // Serde takes an array for a struct, field by field; a client that sends one means something else.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::invalid(vec![FieldError::invalid("body", "must be a JSON object")]));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        // Of an enum, serde_json calls whatever is no text a syntax error.
        if inner.is_data() || serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
            Problem::invalid(vec![shape_error(&path, &inner.to_string())])
        } else {
            Problem::malformed(format!(
                "The body is not valid JSON: line {}, column {}.",
                inner.line(),
                inner.column()
            ))
        }
    })?;
    deserializer.end().map_err(|error| {
        Problem::malformed(format!(
            "The body goes on after its end: line {}, column {}.",
            error.line(),
            error.column()
        ))
    })?;
    Ok(value)
}

/// Serde names a missing, unknown or repeated field in its message, not in the path.
fn shape_error(path: &str, message: &str) -> FieldError {
    let (kind, named) = if let Some(rest) = message.strip_prefix("unknown field `") {
        ("unknown", rest.split('`').next())
    } else if let Some(rest) = message.strip_prefix("missing field `") {
        ("missing", rest.split('`').next())
    } else if let Some(rest) = message.strip_prefix("duplicate field `") {
        ("duplicate", rest.split('`').next())
    } else {
        ("invalid", None)
    };
    let path = if path == "." { "" } else { path };
    let field = match named {
        Some(name) if path.is_empty() => name.to_owned(),
        Some(name) if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        Some(name) => format!("{path}.{name}"),
        None if path.is_empty() => "body".to_owned(),
        None => path.to_owned(),
    };
    let message = match kind {
        "unknown" => "is not known".to_owned(),
        "missing" => "is missing".to_owned(),
        "duplicate" => "is there twice".to_owned(),
        _ => expectation(message),
    };
    FieldError { field: field.chars().take(200).collect(), code: kind, message }
}

/// Serde repeats the value it refuses, which may be a password or the number of a card: only what it expects is passed on.
fn expectation(message: &str) -> String {
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    let repeats = ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant "];
    let text = match message.rsplit_once(", expected ") {
        Some((_, expected)) if repeats.iter().any(|start| message.starts_with(start)) => {
            format!("must be {expected}")
        }
        _ => message.to_owned(),
    };
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[expect(dead_code, reason = "only its parsing matters")]
        quantity: u32,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[expect(dead_code, reason = "only its parsing matters")]
        items: Vec<Line>,
    }

    fn fault(json: &str) -> (u16, String, &'static str) {
        let problem = parse::<Body>(json.as_bytes()).unwrap_err();
        let response = problem.clone().into_body("t");
        assert_eq!(response.status(), problem.status());
        let field = problem.fields().first().map(|field| (field.field.clone(), field.code));
        let (field, code) = field.unwrap_or((String::new(), problem.code()));
        (problem.status().as_u16(), field, code)
    }

    #[test]
    fn a_wrong_shape_names_the_field() {
        assert_eq!(fault(r#"{"items":[{"quantity":"x"}]}"#), (422, "items[0].quantity".into(), "invalid"));
        assert_eq!(fault(r#"{"items":[{"quantity":-1}]}"#), (422, "items[0].quantity".into(), "invalid"));
        assert_eq!(
            fault(r#"{"items":[{"quantity":1,"price":0}]}"#),
            (422, "items[0].price".into(), "unknown")
        );
        assert_eq!(fault(r#"{"items":[{}]}"#), (422, "items[0].quantity".into(), "missing"));
        assert_eq!(fault("{}"), (422, "items".into(), "missing"));
        assert_eq!(fault("[[]]"), (422, "body".into(), "invalid"));
        assert_eq!(fault(r#"{"total":1}"#), (422, "total".into(), "unknown"));
        assert_eq!(fault(r#"{"items":[],"items":[]}"#), (422, "items".into(), "duplicate"));
        assert_eq!(fault("7"), (422, "body".into(), "invalid"));
    }

    #[test]
    fn a_refused_value_is_not_repeated() {
        let problem =
            parse::<Body>(br#"{"items":[{"quantity":"4242 at line 4242, expected x"}]}"#).unwrap_err();
        assert_eq!(problem.fields()[0].message, "must be u32");
    }

    #[test]
    fn an_enum_that_is_no_text_names_its_field() {
        for json in [r#"{"locale":null}"#, r#"{"locale":7}"#, r#"{"locale":["en"]}"#, r#"{"locale":true}"#] {
            #[derive(Debug, Deserialize)]
            struct Holder {
                #[expect(dead_code, reason = "only its parsing matters")]
                locale: crate::Locale,
            }
            let problem = parse::<Holder>(json.as_bytes()).unwrap_err();
            assert_eq!(problem.status().as_u16(), 422, "{json}");
            assert_eq!(problem.fields()[0].field, "locale", "{json}");
        }
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        assert_eq!(fault("{").0, 400);
        assert_eq!(fault("").0, 400);
        assert_eq!(fault(r#"{"items":[]} x"#).0, 400);
        assert_eq!(fault(&"[".repeat(100_000)).0, 413);
        assert_eq!(fault(&"[".repeat(60_000)).0, 422);
    }
}
