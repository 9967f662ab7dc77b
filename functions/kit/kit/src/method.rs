/// The method of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as HTTP spells them")]
pub enum Method {
    GET,
    POST,
    PUT,
    PATCH,
    DELETE,
}
