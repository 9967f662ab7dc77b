use http::{HeaderMap, HeaderName, HeaderValue};
use protocol::Traceparent;

/// The header that carries a [`Traceparent`].
pub const TRACEPARENT: HeaderName = HeaderName::from_static(Traceparent::HEADER);

const CARRIED_TRACEPARENT: HeaderName = HeaderName::from_static(Traceparent::CARRIED_HEADER);

/// Starts a new, sampled trace.
pub fn random_traceparent() -> Traceparent {
    Traceparent::new(rand::random(), rand::random(), true)
}

/// Reads the trace context of a request. `None` if there is none, it is invalid, or there are several.
pub fn traceparent_from(headers: &HeaderMap) -> Option<Traceparent> {
    read(headers, TRACEPARENT)
}

/// What a request of a function belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// Its parent.
    pub parent: Option<Traceparent>,
    /// A span of another trace that it passed on its way.
    pub passed: Option<Traceparent>,
}

/// Reads the trace context of a request of a function, which carries its own beside what its runtime makes of it.
pub fn joined_from(headers: &HeaderMap) -> Joined {
    let given = read(headers, TRACEPARENT);
    let parent = Traceparent::join(given, read(headers, CARRIED_TRACEPARENT));
    Joined { parent, passed: given.filter(|given| Some(*given) != parent) }
}

fn read(headers: &HeaderMap, name: HeaderName) -> Option<Traceparent> {
    let mut values = headers.get_all(name).iter();
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
