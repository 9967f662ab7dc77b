use http::{HeaderMap, Uri};

use super::*;

fn router(routes: &[(&str, &str)]) -> Result<Router, RouteError> {
    let routes: Vec<RouteEntry> = routes
        .iter()
        .map(|(route, component)| RouteEntry {
            route: (*route).to_owned(),
            component: (*component).to_owned(),
        })
        .collect();
    Router::new(&routes)
}

fn served(router: &Router, path: &str) -> Option<String> {
    router.route(path).map(|found| found.component.to_owned())
}

#[test]
fn a_word_beats_a_parameter_and_that_the_wildcard() {
    let router = router(&[
        ("/...", "rest"),
        ("/orders/:id", "one"),
        ("/orders/mine", "mine"),
        ("/orders/...", "below"),
        ("/orders/:id/lines/...", "lines"),
        ("/", "home"),
    ])
    .expect("the routes are fine");
    for (path, component) in [
        ("/orders/mine", "mine"),
        ("/orders/mine/", "mine"),
        ("/orders/7", "one"),
        ("/orders/7/", "one"),
        ("/orders", "below"),
        ("/orders/", "below"),
        ("/orders/7/more", "below"),
        ("/orders/7/lines", "lines"),
        ("/orders/7/lines/1", "lines"),
        ("/ordersandmore", "rest"),
        ("/", "home"),
        ("/ORDERS/mine", "rest"),
    ] {
        assert_eq!(served(&router, path).as_deref(), Some(component), "{path}");
    }
}

#[test]
fn a_path_without_a_route_is_nobody_s() {
    let router = router(&[("/a/:b", "a")]).expect("the routes are fine");
    for path in ["/", "/a", "/a/", "/a/b/c", "/b"] {
        assert_eq!(served(&router, path), None, "{path}");
    }
}

#[test]
fn routes_that_mean_the_same_are_refused() {
    for (first, second) in [("/a", "/a/"), ("/a/:x", "/a/:y"), ("/a/...", "/a/...")] {
        let refused = router(&[(first, "one"), (second, "two")]).expect_err("is refused");
        assert!(matches!(refused, RouteError::Duplicate { .. }), "{first} and {second}");
    }
}

#[test]
fn malformed_routes_are_refused() {
    for route in ["a", "/a...", "/a/*", "/:", "/a//b", "/a/../b", "/.../a"] {
        let refused = router(&[(route, "one")]).expect_err("is refused");
        assert!(matches!(refused, RouteError::Malformed { .. }), "{route}");
    }
}

#[test]
fn a_component_is_told_its_route_as_spin_tells_it() {
    let router = router(&[("/foo/:userid/...", "foo")]).expect("the routes are fine");
    let uri: Uri = "http://shop.example/foo/42/bar?key=value".parse().expect("a URI");
    let found = router.route(uri.path()).expect("it is routed");
    let mut headers = HeaderMap::new();
    let client = "127.0.0.1:8777".parse().expect("an address");
    RouteHeaders::add(&found, &mut headers, &uri, client);
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
