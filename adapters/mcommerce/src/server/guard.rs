//! Checks the paths of requests from outside before they are routed.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// A path is not served to the outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathFault {
    /// Different parts of the shop could interpret the path differently. Browsers don't send such paths.
    Malformed,
    /// The path is internal.
    Hidden,
}

/// The longest path, in bytes.
const MAX_PATH_BYTES: usize = 2048;

/// The first segments of internal paths.
const HIDDEN: [&str; 2] = ["internal", "events"];

/// Checks a path, which is still percent-encoded.
pub(super) fn check(path: &str) -> Result<(), PathFault> {
    let inner = path.strip_prefix('/').ok_or(PathFault::Malformed)?;
    if path.len() > MAX_PATH_BYTES {
        return Err(PathFault::Malformed);
    }
    let count = inner.split('/').count();
    for (index, segment) in inner.split('/').enumerate() {
        let decoded = decode(segment).ok_or(PathFault::Malformed)?;
        let is_double_slash = segment.is_empty() && index + 1 < count;
        let is_relative = decoded == "." || decoded == "..";
        if is_double_slash
            || is_relative
            || decoded.contains(['/', '\\'])
            || decoded.contains(char::is_control)
        {
            return Err(PathFault::Malformed);
        }
        if index == 0 && HIDDEN.iter().any(|hidden| decoded.eq_ignore_ascii_case(hidden)) {
            return Err(PathFault::Hidden);
        }
    }
    Ok(())
}

/// Decodes a segment. Returns `None` for malformed escapes and invalid UTF-8.
fn decode(segment: &str) -> Option<Cow<'_, str>> {
    let is_escape =
        |rest: &str| rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    if !segment.split('%').skip(1).all(is_escape) {
        return None;
    }
    percent_decode_str(segment).decode_utf8().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_pass() {
        for path in
            ["/", "/api/products", "/api/products/", "/caf%C3%A9", "/a.b/..c", "/internals", "/api/events/1"]
        {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn internal_paths_are_hidden() {
        for path in [
            "/internal",
            "/internal/",
            "/internal/orders/1/payment",
            "/events/send-email",
            "/%69nternal/x",
            "/%49NTERNAL/x",
            "/ev%65nts",
            "/INTERNAL/orders",
            "/Events/x",
        ] {
            assert_eq!(check(path), Err(PathFault::Hidden), "{path}");
        }
    }

    #[test]
    fn malformed_paths_are_refused() {
        for path in [
            "",
            "*",
            "internal",
            "//internal/x",
            "/./internal",
            "/a/../internal/x",
            "/a/%2e%2e/internal",
            "/a/.%2E/internal",
            "/%2finternal",
            "/a%2f..%2finternal",
            "/a\\..\\internal",
            "/a%5c..",
            "/a//b",
            "/%00",
            "/%0a",
            "/%7f",
            "/%",
            "/%4",
            "/%zz",
            "/%ff",
            "/%c0%af",
        ] {
            assert_eq!(check(path), Err(PathFault::Malformed), "{path}");
        }
        assert_eq!(check(&format!("/{}", "a".repeat(MAX_PATH_BYTES))), Err(PathFault::Malformed));
    }
}
