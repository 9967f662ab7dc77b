use std::fmt::Write as _;
use std::net::SocketAddr;

use application::RouteMatch;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

/// The headers by which Spin tells a component the route of a request. Holds the values that are the same for every request.
#[derive(Clone, Debug)]
pub(crate) struct RouteHeaders {
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

/// Whether components trust a header, so that requests from outside must not contain it.
pub(crate) fn is_reserved(name: &HeaderName) -> bool {
    name.as_str().starts_with("spin-")
}

impl RouteHeaders {
    pub(crate) fn for_route(route: &str) -> Self {
        let prefix = route.strip_suffix("/...").unwrap_or(route);
        Self { raw: value(route), prefix: value(prefix) }
    }

    /// For requests from one component to another, which Spin treats as a match of `/...`.
    pub(crate) fn for_chaining() -> Self {
        Self::for_route("/...")
    }

    /// Adds all headers for a match of the route.
    pub(crate) fn add<T>(
        &self,
        matched: &RouteMatch<'_, T>,
        headers: &mut HeaderMap,
        uri: &Uri,
        client: SocketAddr,
    ) {
        self.add_common(headers, uri, &matched.rest, client);
        for (name, parameter) in &matched.parameters {
            let name = format!("spin-path-match-{}", name.to_ascii_lowercase());
            if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
                headers.insert(name, value(parameter));
            }
        }
    }

    /// Adds the headers that don't depend on parameters. The URI must be absolute.
    pub(crate) fn add_common(&self, headers: &mut HeaderMap, uri: &Uri, path_info: &str, client: SocketAddr) {
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

/// Paths, routes and addresses are valid header values. Falls back to an empty value if not.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use application::{Route, Router};

    use super::*;

    #[test]
    fn a_component_is_told_its_route_as_spin_tells_it() {
        let route = Route::parse("/foo/:userid/...").expect("a route");
        let router: Router<RouteHeaders> =
            [(route.clone(), RouteHeaders::for_route(route.as_str()))].into_iter().collect();
        let uri: Uri = "http://shop.example/foo/42/bar?key=value".parse().expect("a URI");
        let found = router.route(uri.path()).expect("it is routed");
        let mut headers = HeaderMap::new();
        let client = "127.0.0.1:8777".parse().expect("an address");
        found.value.add(&found, &mut headers, &uri, client);
        for (name, value) in [
            ("spin-full-url", "http://shop.example/foo/42/bar?key=value"),
            ("spin-path-info", "/bar"),
            ("spin-matched-route", "/foo/:userid/..."),
            ("spin-raw-component-route", "/foo/:userid/..."),
            ("spin-component-route", "/foo/:userid"),
            ("spin-base-path", "/"),
            ("spin-client-addr", "127.0.0.1:8777"),
            ("spin-path-match-userid", "42"),
        ] {
            assert_eq!(headers[name], value, "{name}");
        }
    }
}
