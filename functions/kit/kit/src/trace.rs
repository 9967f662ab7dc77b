use std::fmt;

use http::HeaderMap;

/// The W3C trace context of a request. <https://www.w3.org/TR/trace-context/>
///
/// A function makes no spans: its host does, one for its run and one for each request it makes. So the context goes on
/// as it came, and what the host makes of an outbound request hangs below the run that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    traceparent: String,
}

/// The header that carries it.
pub(crate) const TRACEPARENT: &str = "traceparent";

impl Trace {
    /// The trace a request belongs to, or a new one.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        headers
            .get(TRACEPARENT)
            .and_then(|value| value.to_str().ok())
            .and_then(Self::parse)
            .unwrap_or_else(Self::start)
    }

    /// A new trace, sampled.
    #[must_use]
    pub fn start() -> Self {
        Self { traceparent: format!("00-{}-{}-01", hex(&random::<16>()), hex(&random::<8>())) }
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.traceparent[3..35]
    }

    /// The header's value for a request made on behalf of this one.
    #[must_use]
    pub fn traceparent(&self) -> &str {
        &self.traceparent
    }

    fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let digits = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        let good = digits(version, 2)
            && version != "ff"
            && digits(trace, 32)
            && trace.bytes().any(|b| b != b'0')
            && digits(span, 16)
            && span.bytes().any(|b| b != b'0')
            && digits(flags, 2);
        good.then(|| Self { traceparent: format!("00-{trace}-{span}-{flags}") })
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // A trace id of zeros is invalid, yet better than no answer where randomness fails.
    let _ = getrandom::fill(&mut bytes);
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        use fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_parent_is_kept_and_a_bad_one_replaced() {
        let id = "0af7651916cd43dd8448eb211c80319c";
        let mut headers = HeaderMap::new();
        let given = format!("00-{id}-b7ad6b7169203331-01");
        headers.insert(TRACEPARENT, given.parse().unwrap());
        assert_eq!(Trace::of(&headers).id(), id);
        assert_eq!(Trace::of(&headers).traceparent(), given, "the parent of what follows is the host's span");
        for bad in ["", "00-0-0-0", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"] {
            headers.insert(TRACEPARENT, bad.parse().unwrap());
            assert_ne!(Trace::of(&headers).id(), id);
            assert_eq!(Trace::of(&headers).id().len(), 32);
        }
    }
}
