use std::convert::Infallible;

use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::Method;
use axum::http::request::Parts;

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
    fn matched(method: &Method, route: Option<&str>) -> Self {
        match (route, method) {
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

impl<S: Sync> FromRequestParts<S> for Operation {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let route = parts.extensions.get::<MatchedPath>();
        Ok(Self::matched(&parts.method, route.map(MatchedPath::as_str)))
    }
}
