use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::header;
use http::request::Parts;

/// The cookies of a request.
#[derive(Clone, Debug)]
pub struct Cookies(Vec<String>);

impl Cookies {
    /// The value of a cookie.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }
}

impl<S: Sync> FromRequestParts<S> for Cookies {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let headers = parts.headers.get_all(header::COOKIE).iter();
        Ok(Self(headers.filter_map(|value| value.to_str().ok()).map(str::to_owned).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let cookies = Cookies(vec!["theme=dark; not_mc=1".into(), "mc=a=b; x=y".into()]);
        assert_eq!(cookies.get("mc"), Some("a=b"));
        assert_eq!(cookies.get("missing"), None);
    }
}
