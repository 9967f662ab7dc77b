use axum::extract::{MatchedPath, Request};
use axum::http::Method;

pub(super) const QUERY: &str = "/v1/query";
pub(super) const TRANSACT: &str = "/v1/transact";
pub(super) const BLOB: &str = "/v1/blobs/{id}";

/// What a request asks for, as metrics, log lines and spans name it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Query,
    Transact,
    PutBlob,
    GetBlob,
    /// An unknown route, or a method that the route doesn't support.
    None,
}

impl Operation {
    pub(super) fn requested(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        match (route, request.method()) {
            (Some(QUERY), &Method::POST) => Self::Query,
            (Some(TRANSACT), &Method::POST) => Self::Transact,
            (Some(BLOB), &Method::PUT) => Self::PutBlob,
            (Some(BLOB), &Method::GET | &Method::HEAD) => Self::GetBlob,
            _ => Self::None,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Transact => "transact",
            Self::PutBlob => "put_blob",
            Self::GetBlob => "get_blob",
            Self::None => "none",
        }
    }

    /// The HTTP method of a matched route; `_OTHER` for the rest.
    pub(super) const fn method(self) -> &'static str {
        match self {
            Self::Query | Self::Transact => "POST",
            Self::PutBlob => "PUT",
            Self::GetBlob => "GET",
            Self::None => "_OTHER",
        }
    }

    pub(super) const fn route(self) -> &'static str {
        match self {
            Self::Query => QUERY,
            Self::Transact => TRANSACT,
            Self::PutBlob | Self::GetBlob => BLOB,
            Self::None => "",
        }
    }
}
