use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// What an address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// A file at this path below the root, such as `/assets/index-1f2e.js`.
    File(String),
    /// One of the page's own addresses.
    Page,
}

const MAX_BYTES: usize = 1024;
/// Below these functions answer, never the page.
const FUNCTIONS: [&str; 3] = ["api", "internal", "events"];
const DOCUMENT: &str = "/api/openapi.json";

impl Address {
    /// Parses a path; `None` if it can't name anything here, attempts at path traversal included.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        if path.len() > MAX_BYTES {
            return None;
        }
        if path == DOCUMENT {
            return Some(Self::File(path.to_owned()));
        }
        let inner = path.strip_prefix('/')?;
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        if inner.is_empty() {
            return if path == "/" { Some(Self::Page) } else { None };
        }
        let mut last = "";
        for segment in inner.split('/') {
            if !is_plain(&decode(segment)?) {
                return None;
            }
            last = segment;
        }
        let first = inner.split('/').next().unwrap_or_default();
        if FUNCTIONS.contains(&first) {
            return None;
        }
        if !last.contains('.') {
            return Some(Self::Page);
        }
        // The page's files have plain names.
        let named = |b: u8| b.is_ascii_alphanumeric() || b"-_./".contains(&b);
        if inner.bytes().all(named) && !path.ends_with('/') {
            Some(Self::File(path.to_owned()))
        } else {
            None
        }
    }
}

/// Neither hidden nor a way up, and without characters that mean something to a file system or a log.
fn is_plain(segment: &str) -> bool {
    !segment.is_empty()
        && !segment.starts_with('.')
        && !segment.chars().any(|c| c.is_control() || matches!(c, '/' | '\\' | '%'))
}

/// A segment, percent-decoded once.
fn decode(segment: &str) -> Option<String> {
    let is_complete = |(at, _): (usize, &str)| {
        let digits = segment.as_bytes().get(at + 1..at + 3);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    let complete = segment.match_indices('%').all(is_complete);
    complete.then(|| percent_decode_str(segment).decode_utf8().ok().map(Cow::into_owned)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> Address {
        Address::File(path.to_owned())
    }

    #[test]
    fn files_and_the_pages_own_addresses_are_told_apart() {
        for page in ["/", "/products/canvas-tote", "/orders/", "/caf%C3%A9", "/apiary", "/a/api"] {
            assert_eq!(Address::parse(page), Some(Address::Page), "{page}");
        }
        for path in
            ["/favicon.ico", "/assets/index-1f2e.js", "/images/products/tote.svg", "/api/openapi.json"]
        {
            assert_eq!(Address::parse(path), Some(file(path)), "{path}");
        }
    }

    #[test]
    fn what_functions_answer_is_not_the_pages() {
        for path in [
            "/api",
            "/api/",
            "/api/nothing",
            "/api/x.json",
            "/internal/orders",
            "/events/send-email",
            "/events",
        ] {
            assert_eq!(Address::parse(path), None, "{path}");
        }
    }

    #[test]
    fn no_trick_leaves_the_root() {
        let tricks = [
            "",
            "x",
            "//",
            "//etc/passwd",
            "/..",
            "/../etc/passwd.txt",
            "/assets/../../x.js",
            "/assets/./x.js",
            "/%2e%2e/x.js",
            "/assets/%2E%2e%2fx.js",
            "/assets%2fx.js",
            "/%252e%252e/x.js",
            "/a%00.js",
            "/a\\b.js",
            "/a%5cb.js",
            "/%5C..%5Cx.js",
            "/a%",
            "/a%2",
            "/a%zz",
            "/a%+1",
            "/%ff",
            "/.env",
            "/.git/config",
            "/assets/.hidden.js",
            "/assets//x.js",
            "/a\u{7f}",
            "/x.js/",
            "/x y.js",
            "/caf%C3%A9.js",
            &format!("/{}", "a".repeat(1024)),
        ];
        for path in tricks {
            assert_eq!(Address::parse(path), None, "{path:?} was taken");
        }
    }
}
