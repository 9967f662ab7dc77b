//! Routes and routing. Paths are matched by the crate that Spin uses, so that the same route wins.

use std::fmt;

use routefinder::RouteSpec;

/// A route in the manifest: exact (`/a/b`), with parameters (`/a/:id`), or ending in a wildcard (`/a/...`, which also
/// matches `/a`). A trailing slash makes no difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    text: String,
    segments: Vec<Segment>,
    wildcard: bool,
}

/// A part of a route, between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A literal word.
    Word(String),
    /// A named parameter.
    Parameter(String),
}

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Everybody.
    Public,
    /// Other functions: below `/internal/`.
    Functions,
    /// The bridge, which delivers events: below `/events/`.
    Bridge,
}

/// Finds the route that serves a path.
#[derive(Debug)]
pub struct Router<T>(routefinder::Router<(Route, T)>);

/// The route that serves a path.
#[derive(Debug)]
pub struct RouteMatch<'a, T> {
    /// The route.
    pub route: &'a Route,
    /// The value that the route was added with.
    pub value: &'a T,
    /// The values of the parameters, as they appear in the path.
    pub parameters: Vec<(String, String)>,
    /// What the wildcard matched: empty, or starting with a slash.
    pub rest: String,
}

impl Route {
    /// Parses a route. The error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let Some(path) = text.strip_prefix('/') else { return Err("does not start with a slash") };
        let (path, wildcard) = match path.strip_suffix("...") {
            Some(before) if before.is_empty() || before.ends_with('/') => (before, true),
            Some(_) => return Err("has ... as part of a segment"),
            None => (path, false),
        };
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut segments = Vec::new();
        for segment in path.split('/').filter(|_| !path.is_empty()) {
            segments.push(match segment.strip_prefix(':') {
                Some(name) if is_parameter_name(name) => Segment::Parameter(name.to_owned()),
                Some(_) => return Err("has a parameter with an invalid name"),
                None if segment.is_empty() => return Err("has an empty segment"),
                None if segment
                    .contains(|c: char| c.is_control() || c.is_whitespace() || "*?#{:".contains(c))
                    || segment.contains("..") =>
                {
                    return Err("has a segment that is not a word, a :parameter or a final ...");
                }
                None => Segment::Word(segment.to_owned()),
            });
        }
        let reserved = [".well-known", "spin"].map(|word| Segment::Word(word.to_owned()));
        if segments.starts_with(&reserved) {
            return Err("is below /.well-known/spin/, which belongs to Spin");
        }
        Ok(Self { text: text.to_owned(), segments, wildcard })
    }

    /// The route as it is written in the manifest.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The segments, without the wildcard.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether the route ends in `...`.
    pub fn is_wildcard(&self) -> bool {
        self.wildcard
    }

    /// Who may use the route.
    pub fn audience(&self) -> Audience {
        match self.segments.first() {
            Some(Segment::Word(word)) if word == "internal" => Audience::Functions,
            Some(Segment::Word(word)) if word == "events" => Audience::Bridge,
            _ => Audience::Public,
        }
    }

    /// A form that is equal for routes which match the same paths: `/a/:/...` for `/a/:id/...`.
    pub fn shape(&self) -> String {
        let mut shape: String = self
            .segments
            .iter()
            .map(|segment| match segment {
                Segment::Word(word) => format!("/{word}"),
                Segment::Parameter(_) => "/:".to_owned(),
            })
            .collect();
        if self.wildcard {
            shape.push_str("/...");
        }
        if shape.is_empty() { "/".to_owned() } else { shape }
    }

    /// Whether both routes match some path. A wildcard at the root, which matches every path, does not count.
    pub fn overlaps(&self, other: &Self) -> bool {
        let alike = |(one, other): (&Segment, &Segment)| match (one, other) {
            (Segment::Word(one), Segment::Word(other)) => one == other,
            _ => true,
        };
        let (one, two) = (self.segments.len(), other.segments.len());
        let long_enough = one == two || (one < two && self.wildcard) || (two < one && other.wildcard);
        let is_root = |route: &Self| route.wildcard && route.segments.is_empty();
        long_enough
            && !is_root(self)
            && !is_root(other)
            && self.segments.iter().zip(&other.segments).all(alike)
    }

    /// The route in `OpenAPI` notation: `/a/{id}`.
    pub fn openapi(&self) -> String {
        let segment = |segment: &Segment| match segment {
            Segment::Word(word) => format!("/{word}"),
            Segment::Parameter(name) => format!("/{{{name}}}"),
        };
        let path: String = self.segments.iter().map(segment).collect();
        if path.is_empty() { "/".to_owned() } else { path }
    }

    /// The route in `routefinder`'s notation: `/a/:id/*`.
    fn spec(&self) -> RouteSpec {
        let text = match self.text.strip_suffix("...") {
            Some(before) => format!("{before}*"),
            None => self.text.clone(),
        };
        text.parse().expect("routefinder accepts every parsed route")
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<T> FromIterator<(Route, T)> for Router<T> {
    fn from_iter<I: IntoIterator<Item = (Route, T)>>(routes: I) -> Self {
        Self(routes.into_iter().map(|(route, value)| (route.spec(), (route, value))).collect())
    }
}

impl<T> Router<T> {
    /// Finds the route that serves a path.
    pub fn route<'a>(&'a self, path: &'a str) -> Option<RouteMatch<'a, T>> {
        let found = self.0.best_match(path)?;
        let captures = found.captures();
        let parameters = captures.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        // routefinder strips the trailing slash, which Spin keeps.
        let end = if path.ends_with('/') { "/" } else { "" };
        let rest = match captures.wildcard() {
            Some("") => end.to_owned(),
            Some(rest) => format!("/{rest}{end}"),
            None => String::new(),
        };
        let (route, value) = found.handler();
        Some(RouteMatch { route, value, parameters, rest })
    }
}

fn is_parameter_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(routes: &[(&str, &'static str)]) -> Router<&'static str> {
        routes.iter().map(|(route, value)| (Route::parse(route).unwrap(), *value)).collect()
    }

    #[test]
    fn a_word_beats_a_parameter_and_a_parameter_beats_the_wildcard() {
        let router = router(&[
            ("/...", "rest"),
            ("/orders/:id", "one"),
            ("/orders/mine", "mine"),
            ("/orders/...", "below"),
            ("/orders/:id/lines/...", "lines"),
            ("/", "home"),
        ]);
        for (path, value) in [
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
            assert_eq!(router.route(path).map(|found| *found.value), Some(value), "{path}");
        }
    }

    #[test]
    fn a_path_without_a_route_is_not_served() {
        let router = router(&[("/a/:b", "a")]);
        for path in ["/", "/a", "/a/", "/a/b/c", "/b"] {
            assert!(router.route(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_match_has_the_values_of_parameters_and_wildcard() {
        let router = router(&[("/foo/:userid/...", "foo"), ("/.well-known/jwks.json", "keys")]);
        let found = router.route("/foo/42/bar/").unwrap();
        assert_eq!(found.parameters, [("userid".to_owned(), "42".to_owned())]);
        assert_eq!(found.rest, "/bar/");
        assert_eq!(router.route("/foo/42").unwrap().rest, "");
        assert_eq!(*router.route("/.well-known/jwks.json").unwrap().value, "keys");
    }

    #[test]
    fn malformed_routes_are_refused() {
        for route in ["a", "/a...", "/a/*", "/:", "/a//b", "/a/../b", "/.../a", "/.well-known/spin/health"] {
            assert!(Route::parse(route).is_err(), "{route}");
        }
    }

    #[test]
    fn routes_overlap_if_both_match_a_path() {
        let overlap =
            |one: &str, other: &str| Route::parse(one).unwrap().overlaps(&Route::parse(other).unwrap());
        assert!(overlap("/orders/:id", "/orders/mine"));
        assert!(overlap("/orders/...", "/orders/7/lines"));
        assert!(!overlap("/orders/:id", "/orders/:id/lines"));
        assert!(!overlap("/orders/:id", "/carts/:id"));
        assert!(!overlap("/...", "/orders"));
    }

    #[test]
    fn routes_that_match_the_same_paths_have_the_same_shape() {
        for (one, other) in [("/a", "/a/"), ("/a/:x", "/a/:y"), ("/a/...", "/a/...")] {
            assert_eq!(Route::parse(one).unwrap().shape(), Route::parse(other).unwrap().shape());
        }
        assert_eq!(Route::parse("/").unwrap().shape(), "/");
    }
}
