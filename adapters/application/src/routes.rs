//! Routes, and which of them serves a path: by Spin's own crate, so that the same route wins.

use std::fmt;

use routefinder::RouteSpec;

/// A route as the manifest has it: exact (`/a/b`), with parameters (`/a/:id`), or with a wildcard at its end (`/a/...`,
/// which means `/a` as well). A slash at the end makes no difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    text: String,
    segments: Vec<Segment>,
    wildcard: bool,
}

/// A part of a route between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A word that stands for itself.
    Word(String),
    /// A parameter, by name.
    Parameter(String),
}

/// Whom a route is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// The outside.
    Public,
    /// Other functions: below `/internal/`.
    Functions,
    /// The bridge, which delivers events: below `/events/`.
    Bridge,
}

/// Which of many routes serves a path.
#[derive(Debug)]
pub struct Router<T>(routefinder::Router<(Route, T)>);

/// The route that serves a path.
#[derive(Debug)]
pub struct RouteMatch<'a, T> {
    /// The route.
    pub route: &'a Route,
    /// What was said of it.
    pub value: &'a T,
    /// The parameters' values, as they stand in the path.
    pub parameters: Vec<(String, String)>,
    /// What the wildcard stands for, beginning with a slash unless it is empty.
    pub rest: String,
}

impl Route {
    /// Parses a route. What is wrong with it is said in the error.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let Some(path) = text.strip_prefix('/') else { return Err("does not begin with a slash") };
        let (path, wildcard) = match path.strip_suffix("...") {
            Some(before) if before.is_empty() || before.ends_with('/') => (before, true),
            Some(_) => return Err("has ... that is not a segment of its own"),
            None => (path, false),
        };
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut segments = Vec::new();
        for segment in path.split('/').filter(|_| !path.is_empty()) {
            segments.push(match segment.strip_prefix(':') {
                Some(name) if is_parameter_name(name) => Segment::Parameter(name.to_owned()),
                Some(_) => return Err("has a parameter without a proper name"),
                None if segment.is_empty() => return Err("has an empty segment"),
                None if segment
                    .contains(|c: char| c.is_control() || c.is_whitespace() || "*?#{:".contains(c))
                    || segment.contains("..") =>
                {
                    return Err("has a segment that is neither a word, a :parameter nor the last ...");
                }
                None => Segment::Word(segment.to_owned()),
            });
        }
        let reserved = [".well-known", "spin"].map(|word| Segment::Word(word.to_owned()));
        if segments.starts_with(&reserved) {
            return Err("is below /.well-known/spin/, which is Spin's own");
        }
        Ok(Self { text: text.to_owned(), segments, wildcard })
    }

    /// The route as the manifest has it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parts between slashes, without the wildcard.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether it ends in `...`.
    pub fn is_wildcard(&self) -> bool {
        self.wildcard
    }

    /// Whom it is for.
    pub fn audience(&self) -> Audience {
        match self.segments.first() {
            Some(Segment::Word(word)) if word == "internal" => Audience::Functions,
            Some(Segment::Word(word)) if word == "events" => Audience::Bridge,
            _ => Audience::Public,
        }
    }

    /// The same for two routes that mean the same paths: `/a/:/...` for `/a/:id/...`.
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

    /// Whether a path can be meant by both routes. That a wildcard at the root means every path does not count.
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

    /// The route as an `OpenAPI` document has it: `/a/{id}`.
    pub fn openapi(&self) -> String {
        let segment = |segment: &Segment| match segment {
            Segment::Word(word) => format!("/{word}"),
            Segment::Parameter(name) => format!("/{{{name}}}"),
        };
        let path: String = self.segments.iter().map(segment).collect();
        if path.is_empty() { "/".to_owned() } else { path }
    }

    /// The route as `routefinder` has it: `/a/:id/*`.
    fn spec(&self) -> RouteSpec {
        let text = match self.text.strip_suffix("...") {
            Some(before) => format!("{before}*"),
            None => self.text.clone(),
        };
        text.parse().expect("a route that was parsed is a route to Spin as well")
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
    /// The route that serves a path.
    pub fn route<'a>(&'a self, path: &'a str) -> Option<RouteMatch<'a, T>> {
        let found = self.0.best_match(path)?;
        let captures = found.captures();
        let parameters = captures.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        // Spin keeps the slash at the end, which routefinder takes off.
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
    fn a_word_beats_a_parameter_and_that_the_wildcard() {
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
    fn a_path_without_a_route_is_nobody_s() {
        let router = router(&[("/a/:b", "a")]);
        for path in ["/", "/a", "/a/", "/a/b/c", "/b"] {
            assert!(router.route(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_match_says_what_parameters_and_wildcard_stand_for() {
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
    fn routes_overlap_where_a_path_can_be_both() {
        let overlap =
            |one: &str, other: &str| Route::parse(one).unwrap().overlaps(&Route::parse(other).unwrap());
        assert!(overlap("/orders/:id", "/orders/mine"));
        assert!(overlap("/orders/...", "/orders/7/lines"));
        assert!(!overlap("/orders/:id", "/orders/:id/lines"));
        assert!(!overlap("/orders/:id", "/carts/:id"));
        assert!(!overlap("/...", "/orders"));
    }

    #[test]
    fn routes_that_mean_the_same_have_the_same_shape() {
        for (one, other) in [("/a", "/a/"), ("/a/:x", "/a/:y"), ("/a/...", "/a/...")] {
            assert_eq!(Route::parse(one).unwrap().shape(), Route::parse(other).unwrap().shape());
        }
        assert_eq!(Route::parse("/").unwrap().shape(), "/");
    }
}
