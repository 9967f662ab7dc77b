//! Which component serves a path, by Spin's rules.
//!
//! A route is exact (`/a/b`), has parameters (`/a/:id`) or ends in a wildcard (`/a/...`, which means `/a` as
//! well). Of those that match, the one whose segments are more specific from the left wins: a word beats a
//! parameter, a parameter beats the wildcard. A slash at the end makes no difference.

mod headers;
mod pattern;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

pub use headers::{RouteHeaders, is_reserved};
pub use pattern::Pattern;

use crate::manifest::RouteEntry;

/// Why routes were refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// It is none of the three kinds.
    #[error("the route {route:?} of {component} {reason}")]
    Malformed {
        /// The route.
        route: String,
        /// Whose.
        component: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// Two routes mean the same paths.
    #[error("the route {route:?} of {second} is the same as one of {first}")]
    Duplicate {
        /// The route, as the second has it.
        route: String,
        /// Who has it.
        first: String,
        /// Who wants it as well.
        second: String,
    },
}

/// All routes of an application.
#[derive(Clone, Debug)]
pub struct Router {
    words: HashMap<String, Served>,
    patterns: Vec<Served>,
}

#[derive(Clone, Debug)]
struct Served {
    pattern: Pattern,
    headers: RouteHeaders,
    component: String,
}

/// The route that serves a path.
#[derive(Debug)]
pub struct RouteMatch<'a> {
    /// Who serves it.
    pub component: &'a str,
    /// What Spin tells the component about the route.
    pub headers: &'a RouteHeaders,
    /// The parameters' values, as they stand in the path.
    pub parameters: BTreeMap<&'a str, &'a str>,
    /// What the wildcard stands for, beginning with a slash unless it is empty.
    pub rest: &'a str,
}

impl Router {
    /// Checks routes and puts them in order.
    pub fn new(routes: &[RouteEntry]) -> Result<Self, RouteError> {
        let mut words = HashMap::new();
        let mut patterns = Vec::new();
        let mut seen: HashMap<String, &str> = HashMap::new();
        for RouteEntry { route, component } in routes {
            let pattern = Pattern::parse(route).map_err(|reason| RouteError::Malformed {
                route: route.clone(),
                component: component.clone(),
                reason,
            })?;
            if let Some(first) = seen.insert(pattern.shape(), component) {
                return Err(RouteError::Duplicate {
                    route: route.clone(),
                    first: first.to_owned(),
                    second: component.clone(),
                });
            }
            let headers = RouteHeaders::of_route(route);
            let served = Served { pattern, headers, component: component.clone() };
            match served.pattern.only_words() {
                Some(path) => drop(words.insert(path, served)),
                None => patterns.push(served),
            }
        }
        patterns.sort_by_key(|served: &Served| Reverse(served.pattern.specificity()));
        Ok(Self { words, patterns })
    }

    /// The route that serves a path, which begins with a slash.
    pub fn route<'a>(&'a self, path: &'a str) -> Option<RouteMatch<'a>> {
        let trimmed = path.strip_suffix('/').unwrap_or(path);
        if let Some(Served { headers, component, .. }) = self.words.get(trimmed) {
            return Some(RouteMatch { component, headers, parameters: BTreeMap::new(), rest: "" });
        }
        self.patterns.iter().find_map(|served| {
            let (parameters, rest) = served.pattern.matches(path)?;
            Some(RouteMatch { component: &served.component, headers: &served.headers, parameters, rest })
        })
    }
}

#[cfg(test)]
mod tests;
