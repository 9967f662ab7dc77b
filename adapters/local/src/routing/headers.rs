use std::fmt::Write as _;
use std::net::SocketAddr;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::RouteMatch;

/// What Spin tells a component about the route it was reached by, for the part that never changes.
#[derive(Clone, Debug)]
pub struct RouteHeaders {
    raw: HeaderValue,
    prefix: HeaderValue,
}

const FULL_URL: HeaderName = HeaderName::from_static("spin-full-url");
const PATH_INFO: HeaderName = HeaderName::from_static("spin-path-info");
const MATCHED_ROUTE: HeaderName = HeaderName::from_static("spin-matched-route");
const COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-component-route");
const RAW_COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-raw-component-route");
const BASE_PATH: HeaderName = HeaderName::from_static("spin-base-path");
const CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");

/// Whether only the host may set a header: the `spin-` ones, which components trust.
pub fn is_reserved(name: &HeaderName) -> bool {
    name.as_str().starts_with("spin-")
}

impl RouteHeaders {
    /// Of a route of the manifest.
    pub fn of_route(route: &str) -> Self {
        let prefix = route.strip_suffix("/...").unwrap_or(route);
        Self { raw: value(route), prefix: value(prefix) }
    }

    /// The route, as the manifest has it.
    pub fn route(&self) -> &str {
        self.raw.to_str().unwrap_or_default()
    }

    /// Of a request that one component makes to another by name, which Spin treats as a match of `/...`.
    pub fn of_chaining() -> Self {
        Self::of_route("/...")
    }

    /// Adds the headers of a route's match.
    pub fn add(route: &RouteMatch<'_>, headers: &mut HeaderMap, uri: &Uri, client: SocketAddr) {
        route.headers.add_common(headers, uri, route.rest, client);
        for (name, parameter) in &route.parameters {
            let name = format!("spin-path-match-{}", name.to_ascii_lowercase());
            if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
                headers.insert(name, value(parameter));
            }
        }
    }

    /// Adds the headers that every match has. The URI is absolute.
    pub fn add_common(&self, headers: &mut HeaderMap, uri: &Uri, path_info: &str, client: SocketAddr) {
        let mut text = String::with_capacity(64);
        let _ = write!(text, "{uri}");
        headers.insert(FULL_URL, value(&text));
        headers.insert(PATH_INFO, value(path_info));
        headers.insert(MATCHED_ROUTE, self.raw.clone());
        headers.insert(COMPONENT_ROUTE, self.prefix.clone());
        headers.insert(RAW_COMPONENT_ROUTE, self.raw.clone());
        headers.insert(BASE_PATH, HeaderValue::from_static("/"));
        text.clear();
        let _ = write!(text, "{client}");
        headers.insert(CLIENT_ADDR, value(&text));
    }
}

/// Paths, routes and addresses hold nothing that a header can't; were it otherwise, the header is empty.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
