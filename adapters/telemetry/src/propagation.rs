use http::{HeaderMap, HeaderName, HeaderValue};
use protocol::Traceparent;

/// The header that carries a [`Traceparent`].
pub const TRACEPARENT: HeaderName = HeaderName::from_static(Traceparent::HEADER);

/// Starts a new, sampled trace.
pub fn random_traceparent() -> Traceparent {
    Traceparent::new(rand::random(), rand::random(), true)
}

/// Reads the trace context of a request. `None` if there is none, it is invalid, or there are several.
pub fn traceparent_from(headers: &HeaderMap) -> Option<Traceparent> {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    Traceparent::parse(value.to_str().ok()?)
}

/// Writes a trace context as the value of its header.
pub fn traceparent_header(context: &Traceparent) -> HeaderValue {
    HeaderValue::from_str(context.as_str()).expect("hexadecimal digits and hyphens are valid in a header")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_survives_a_header_and_a_repeated_header_is_ignored() {
        let (sent, other) = (random_traceparent(), random_traceparent());
        assert_ne!(sent.trace_id(), other.trace_id());
        let mut headers = HeaderMap::new();
        assert_eq!(traceparent_from(&headers), None);
        headers.insert(TRACEPARENT, traceparent_header(&sent));
        assert_eq!(traceparent_from(&headers), Some(sent));
        headers.append(TRACEPARENT, traceparent_header(&other));
        assert_eq!(traceparent_from(&headers), None);
    }
}
