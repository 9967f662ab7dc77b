use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The header that carries a [`Traceparent`].
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The W3C trace context of a request. <https://www.w3.org/TR/trace-context/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traceparent(String);

impl Traceparent {
    /// A new trace, sampled.
    pub fn random() -> Self {
        let trace = rand::random_range(1..=u128::MAX);
        let span = rand::random_range(1..=u64::MAX);
        Self(format!("00-{trace:032x}-{span:016x}-01"))
    }

    /// The context that a header's value is, if it is one of version 00 or of a later version that begins like it.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        let some = |part: &str| part.bytes().any(|b| b != b'0');
        let mut parts = text.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let whole = version != "ff" && (version != "00" || parts.next().is_none());
        let proper = hex(version, 2) && hex(trace, 32) && hex(span, 16) && hex(flags, 2);
        (whole && proper && some(trace) && some(span)).then(|| Self(format!("00-{trace}-{span}-{flags}")))
    }

    /// The context in a request's headers.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        Self::parse(headers.get(TRACEPARENT)?.to_str().ok()?)
    }

    /// The trace's id: 32 hexadecimal digits.
    pub fn trace_id(&self) -> &str {
        &self.0[3..35]
    }

    /// The id of the span that is the parent of what is done now: 16 hexadecimal digits.
    pub fn span_id(&self) -> &str {
        &self.0[36..52]
    }

    /// Whether whoever began the trace wants it kept.
    pub fn is_sampled(&self) -> bool {
        u8::from_str_radix(&self.0[53..55], 16).is_ok_and(|flags| flags & 1 == 1)
    }

    /// The header's value as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The header's value.
    pub fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("hexadecimal digits and hyphens can stand in a header")
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_good_context_is_read_in_its_parts() {
        let context = Traceparent::parse(GOOD).expect("a context");
        assert_eq!(context.as_str(), GOOD);
        assert_eq!(context.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(context.span_id(), "00f067aa0ba902b7");
        assert!(context.is_sampled());
        assert!(!Traceparent::parse(&GOOD.replace("-01", "-00")).expect("a context").is_sampled());
    }

    #[test]
    fn a_later_version_may_say_more() {
        let later = GOOD.replacen("00", "cc", 1) + "-what-the-future-brings";
        assert_eq!(Traceparent::parse(&later).map(|context| context.to_string()).as_deref(), Some(GOOD));
    }

    #[test]
    fn what_is_none_is_refused() {
        for bad in [
            "",
            "00-xyz",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(Traceparent::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_new_one_is_good_and_unlike_the_last() {
        let (one, other) = (Traceparent::random(), Traceparent::random());
        assert_eq!(Traceparent::parse(one.as_str()).as_ref(), Some(&one));
        assert_ne!(one.trace_id(), other.trace_id());
    }
}
