use axum::http::{HeaderMap, HeaderValue};
use uuid::Uuid;

pub(crate) const TRACEPARENT: &str = "traceparent";

/// The W3C trace context of a request: the caller's, or a new one. <https://www.w3.org/TR/trace-context/>
#[derive(Clone, Debug)]
pub(crate) struct Trace(String);

impl Trace {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        headers
            .get(TRACEPARENT)
            .and_then(|value| value.to_str().ok())
            .filter(|text| is_valid(text))
            .map_or_else(Self::new, |text| Self(text.to_owned()))
    }

    pub(crate) fn new() -> Self {
        let span = Uuid::new_v4().simple().to_string();
        Self(format!("00-{}-{}-01", Uuid::new_v4().simple(), &span[..16]))
    }

    pub(crate) fn traceparent(&self) -> &str {
        &self.0
    }

    pub(crate) fn id(&self) -> &str {
        &self.0[3..35]
    }

    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("a checked trace context is ASCII")
    }
}

fn is_valid(text: &str) -> bool {
    let hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let mut parts = text.split('-');
    let (Some(version), Some(trace), Some(span), Some(flags), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let some = |part: &str| part.bytes().any(|b| b != b'0');
    version == "00" && hex(trace, 32) && some(trace) && hex(span, 16) && some(span) && hex(flags, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callers_trace_goes_on_and_a_bad_one_is_replaced() {
        let given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let mut headers = HeaderMap::new();
        headers.insert(TRACEPARENT, HeaderValue::from_static(given));
        assert_eq!(Trace::of(&headers).traceparent(), given);
        assert_eq!(Trace::of(&headers).id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        for bad in ["", "00-xyz", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "ff-a-b-c"] {
            headers.insert(TRACEPARENT, HeaderValue::from_str(bad).unwrap());
            assert!(is_valid(Trace::of(&headers).traceparent()));
        }
    }
}
