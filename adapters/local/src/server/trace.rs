use http::{HeaderMap, HeaderName, HeaderValue};

/// The W3C header that ties the log lines of one request together. <https://www.w3.org/TR/trace-context/>
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// The header by which the answer names its trace.
pub(super) const TRACERESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// The trace id in a request's `traceparent`, if that is well formed.
pub fn trace_id(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(TRACEPARENT)?.to_str().ok()?;
    let mut parts = text.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let proper = [(version, 2), (trace, 32), (span, 16), (flags, 2)]
        .iter()
        .all(|(part, length)| part.len() == *length && part.bytes().all(is_lower_hex));
    let whole = version != "ff" && (version != "00" || parts.next().is_none());
    let meant = !trace.bytes().all(|b| b == b'0') && !span.bytes().all(|b| b == b'0');
    (proper && whole && meant).then_some(trace)
}

/// The request's trace; it gets one if it brings none.
pub(super) fn ensure(headers: &mut HeaderMap) -> HeaderValue {
    if trace_id(headers).is_none() {
        let trace = rand::random_range(1..=u128::MAX);
        let span = rand::random_range(1..=u64::MAX);
        let value = HeaderValue::try_from(format!("00-{trace:032x}-{span:016x}-01"))
            .expect("hexadecimal digits and hyphens can stand in a header");
        headers.insert(TRACEPARENT, value);
    }
    headers[TRACEPARENT].clone()
}

fn is_lower_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(TRACEPARENT, HeaderValue::from_str(value).expect("a header"))])
    }

    #[test]
    fn a_good_trace_is_kept() {
        let mut headers = with("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        ensure(&mut headers);
        assert_eq!(trace_id(&headers), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    }

    #[test]
    fn a_missing_or_bad_trace_is_replaced() {
        for bad in [
            "",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            let mut headers = with(bad);
            let replaced = ensure(&mut headers);
            assert_ne!(replaced, bad);
            assert!(trace_id(&headers).is_some(), "{replaced:?}");
        }
    }
}
