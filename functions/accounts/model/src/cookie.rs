use http::{HeaderMap, HeaderValue, header};

use crate::RefreshToken;
use crate::session::REFRESH_LIFE;

/// The cookie that keeps a browser signed in. Scripts can't read it, other sites can't make a browser send it, and only
/// the routes that need it get it.
#[derive(Clone, Copy, Debug)]
pub struct RefreshCookie {
    secure: bool,
}

const NAME: &str = "mc_refresh";

impl RefreshCookie {
    /// As the variable `secure_cookies` says: `false` lets it travel over plain HTTP, anything else does not.
    #[must_use]
    pub fn from_variable(secure_cookies: &str) -> Self {
        Self { secure: secure_cookies != "false" }
    }

    /// The token that a request carries.
    #[must_use]
    pub fn token(headers: &HeaderMap) -> Option<RefreshToken> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == NAME)
            .and_then(|(_, value)| RefreshToken::parse(value))
    }

    /// The header that gives a browser a token.
    #[must_use]
    pub fn give(self, token: &RefreshToken) -> (http::HeaderName, HeaderValue) {
        self.header(token.reveal(), REFRESH_LIFE.as_secs())
    }

    /// The header that takes the token away.
    #[must_use]
    pub fn take_away(self) -> (http::HeaderName, HeaderValue) {
        self.header("", 0)
    }

    fn header(self, value: &str, seconds: u64) -> (http::HeaderName, HeaderValue) {
        let secure = if self.secure { "; Secure" } else { "" };
        let text =
            format!("{NAME}={value}; Path=/api/auth; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
        (header::SET_COOKIE, text.parse().expect("a token is base64url"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit::{Moment, UserId};

    #[test]
    fn a_token_comes_back_from_among_other_cookies() {
        let (_, token) = crate::Session::open(UserId::new(), Moment::now()).unwrap();
        let (_, given) = RefreshCookie::from_variable("true").give(&token);
        let pair = given.to_str().unwrap().split(';').next().unwrap().to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, format!("theme=dark; {pair}; x=y").parse().unwrap());
        assert_eq!(RefreshCookie::token(&headers), Some(token));
        headers.insert(header::COOKIE, "mc_refresh=; not_mc_refresh=1".parse().unwrap());
        assert_eq!(RefreshCookie::token(&headers), None);
    }

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let (_, value) = RefreshCookie::from_variable("").take_away();
        assert_eq!(
            value.to_str().unwrap(),
            "mc_refresh=; Path=/api/auth; Max-Age=0; HttpOnly; SameSite=Strict; Secure"
        );
        let (_, value) = RefreshCookie::from_variable("false").take_away();
        assert!(!value.to_str().unwrap().contains("Secure"));
    }
}
