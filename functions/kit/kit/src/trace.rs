use http::{HeaderMap, request};
use protocol::Traceparent;

/// The trace that a request belongs to.
///
/// A function makes no spans: its host makes one for the function's run and one for each request it sends. So the context is
/// passed on unchanged, and the host's spans of outbound requests hang below that of the run.
pub(crate) fn from_headers(headers: &HeaderMap) -> Traceparent {
    let read =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).and_then(Traceparent::parse);
    Traceparent::join(read(Traceparent::HEADER), read(Traceparent::CARRIED_HEADER))
        .unwrap_or_else(|| Traceparent::new(random(), random(), true))
}

/// Adds the trace to a request to the bridge or to another function.
pub(crate) fn add_to(request: request::Builder, trace: &Traceparent) -> request::Builder {
    let trace = trace.as_str();
    request.header(Traceparent::HEADER, trace).header(Traceparent::CARRIED_HEADER, trace)
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Without randomness the trace is of no use, but the request can still be served.
    let _ = getrandom::fill(&mut bytes);
    bytes
}
