use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use serde::de::{DeserializeOwned, IgnoredAny};
use values::{FieldCode, FieldFault, Invalid, Refusal};

use crate::host::Compiled;
use crate::problem::Rejection;

/// A JSON body of at most 64 KiB. Unknown fields are refused, and every refusal of a field names it.
#[derive(Clone, Debug)]
pub struct Input<T>(pub T);

/// The query of the address. Unknown parameters are refused, and every refusal of a parameter names it.
#[derive(Clone, Debug)]
pub struct Search<T>(pub T);

/// A body that can't be read.
#[derive(Clone, Debug, thiserror::Error, Refusal)]
pub(crate) enum Unreadable {
    /// The body is not valid JSON.
    #[error("{0}")]
    #[refusal(BadRequest)]
    Malformed(String),
    /// The body is too large.
    #[error("The body must be at most {0} bytes.")]
    #[refusal(ContentTooLarge)]
    TooLarge(Limit),
    /// The body is not `application/json`.
    #[error("The body must be application/json.")]
    #[refusal(UnsupportedMediaType)]
    UnsupportedMediaType,
}

/// The most bytes of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(pub(crate) usize);

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl values::Particulars for Limit {
    fn add_to(self, _: &mut values::Refused) {}
}

/// The most bytes of a JSON body.
const MAX_JSON_BYTES: usize = 64 * 1024;

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Input<T> {
    type Rejection = Rejection;

    async fn from_request(request: Request, _: &S) -> Result<Self, Rejection> {
        parse(&body(request).await?).map(Self)
    }
}

fn body<'a>(request: Request) -> Compiled<'a, Result<Bytes, Rejection>> {
    Box::pin(async move {
        if !is_json(request.headers()) {
            return Err(Rejection::refuse(Unreadable::UnsupportedMediaType));
        }
        Bytes::from_request(request, &()).await.map_err(|rejection: BytesRejection| {
            Rejection::refuse(Unreadable::Malformed(rejection.body_text()))
        })
    })
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Search<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(pairs, &mut track);
        T::deserialize(tracked)
            .map(Self)
            .map_err(|error| shape_error(&track.path().to_string(), &error.to_string()).into())
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Rejection> {
    check_start(bytes)?;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        refusal(bytes, &path, &error.into_inner())
    })?;
    deserializer.end().map_err(|error| malformed("The body continues after its end", &error))?;
    Ok(value)
}

fn check_start(bytes: &[u8]) -> Result<(), Rejection> {
    if bytes.len() > MAX_JSON_BYTES {
        return Err(Rejection::refuse(Unreadable::TooLarge(Limit(MAX_JSON_BYTES))));
    }
    // Serde would accept an array for a struct, field by field, which is not what a client means that sends one.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        let fault = FieldFault::new(FieldCode::WrongType, "must be an object");
        return Err(Invalid::field("body", fault).into());
    }
    Ok(())
}

fn refusal(bytes: &[u8], path: &str, error: &serde_json::Error) -> Rejection {
    // serde_json reports anything but text for an enum as a syntax error.
    if error.is_data() || serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
        shape_error(path, &error.to_string()).into()
    } else {
        malformed("The body is not valid JSON", error)
    }
}

fn malformed(what: &str, error: &serde_json::Error) -> Rejection {
    let detail = format!("{what}: line {}, column {}.", error.line(), error.column());
    Rejection::refuse(Unreadable::Malformed(detail))
}

/// Serde names a missing, unknown or repeated field in its message, not in the path.
pub(crate) fn shape_error(path: &str, message: &str) -> Invalid {
    const NAMING: [(&str, FieldCode, &str); 3] = [
        ("unknown field `", FieldCode::Unknown, "is not a known field"),
        ("missing field `", FieldCode::Missing, "is missing"),
        ("duplicate field `", FieldCode::Repeated, "appears more than once"),
    ];
    let path = if path == "." { "" } else { path };
    for (start, code, told) in NAMING {
        if let Some(name) = message.strip_prefix(start).and_then(|rest| rest.split('`').next()) {
            let named = path == name || path.ends_with(&format!(".{name}"));
            let field = match path {
                path if named => path.to_owned(),
                "" => name.to_owned(),
                path => format!("{path}.{name}"),
            };
            return Invalid::field(shortened(&field), FieldFault::new(code, told));
        }
    }
    let (code, told) = expectation(message);
    let field = if path.is_empty() { "body" } else { path };
    Invalid::field(shortened(field), FieldFault::with_message(code, told))
}

/// Serde repeats the value it refuses, which may be a password or a card number: only what it expects is passed on.
fn expectation(message: &str) -> (FieldCode, String) {
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    let repeats = ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant "];
    match message.rsplit_once(", expected ") {
        Some((refused, expected)) if repeats.iter().any(|start| message.starts_with(start)) => {
            let wrong_type = refused.starts_with("invalid type: ");
            let code = if wrong_type { FieldCode::WrongType } else { FieldCode::Format };
            (code, format!("must be {}", shortened(&in_words(expected))))
        }
        // Our own types say what a value must be; the parser speaks of its grammar.
        _ if message.starts_with("must ") => (FieldCode::Format, shortened(message)),
        _ => (FieldCode::Format, "has the wrong form".into()),
    }
}

/// What serde expects, in words that name no type of the shop's code.
fn in_words(expected: &str) -> String {
    match expected {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number".into(),
        "f32" | "f64" => "a number".into(),
        "a string" | "a borrowed string" | "string or map" => "text".into(),
        "a boolean" => "true or false".into(),
        "a sequence" => "a list".into(),
        "a map" => "an object".into(),
        _ if expected.starts_with("struct ") => "an object".into(),
        "unit" => "one of its names".into(),
        _ if expected.starts_with("enum ") || expected.starts_with("variant ") => "one of its names".into(),
        _ => expected.into(),
    }
}

fn shortened(text: &str) -> String {
    const MAX_CHARACTERS: usize = 200;
    text.chars().take(MAX_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use values::{FieldError, Refused, Status};

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

    fn refused(json: &str) -> Refused {
        parse::<Body>(json.as_bytes()).unwrap_err().into_refused()
    }

    /// Of 422, the field at fault and what is wrong with it.
    fn fault(json: &str) -> (String, FieldCode, String) {
        let refused = refused(json);
        assert_eq!(refused.status, Status::UnprocessableContent, "{json}");
        let FieldError { field, code, message, .. } = refused.fields[0].clone();
        (field, code, message.into_owned())
    }

    #[test]
    fn a_wrong_shape_names_the_field() {
        use FieldCode::{Format, Missing, Repeated, Unknown, WrongType};
        for (json, field, code, message) in [
            (r#"{"items":[{"quantity":"x"}]}"#, "items[0].quantity", WrongType, "must be a whole number"),
            (r#"{"items":[{"quantity":-1}]}"#, "items[0].quantity", Format, "must be a whole number"),
            (r#"{"items":[{"quantity":1,"price":0}]}"#, "items[0].price", Unknown, "is not a known field"),
            (r#"{"items":[{}]}"#, "items[0].quantity", Missing, "is missing"),
            (r#"{"items":{}}"#, "items", WrongType, "must be a list"),
            (r#"{"items":[7]}"#, "items[0]", WrongType, "must be an object"),
            ("{}", "items", Missing, "is missing"),
            ("[[]]", "body", WrongType, "must be an object"),
            ("7", "body", WrongType, "must be an object"),
            (r#"{"total":1}"#, "total", Unknown, "is not a known field"),
            (r#"{"items":[],"items":[]}"#, "items", Repeated, "appears more than once"),
        ] {
            assert_eq!(fault(json), (field.to_owned(), code, message.to_owned()), "{json}");
        }
    }

    #[test]
    fn a_refused_value_is_not_repeated() {
        let (_, _, message) = fault(r#"{"items":[{"quantity":"4242 at line 4242, expected x"}]}"#);
        assert_eq!(message, "must be a whole number");
    }

    #[test]
    fn an_enum_that_is_not_text_names_its_field() {
        #[derive(Debug, Deserialize)]
        struct Holder {
            #[expect(dead_code, reason = "only its parsing matters")]
            locale: values::Locale,
        }
        for json in [r#"{"locale":null}"#, r#"{"locale":7}"#, r#"{"locale":["en"]}"#, r#"{"locale":true}"#] {
            let refused = parse::<Holder>(json.as_bytes()).unwrap_err().into_refused();
            assert_eq!(refused.status, Status::UnprocessableContent, "{json}");
            assert_eq!(refused.fields[0].field, "locale", "{json}");
        }
    }

    #[test]
    fn text_that_is_not_json_is_malformed() {
        for json in ["{", "", r#"{"items":[]} x"#] {
            assert_eq!(refused(json).status, Status::BadRequest, "{json}");
        }
        assert_eq!(refused(&"[".repeat(100_000)).status, Status::ContentTooLarge);
        assert_eq!(refused(&"[".repeat(60_000)).status, Status::UnprocessableContent);
    }
}
