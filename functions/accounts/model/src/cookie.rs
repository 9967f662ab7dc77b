use values::Variable;

use crate::RefreshToken;
use crate::session::REFRESH_LIFE;

/// The cookie that keeps a browser signed in. Scripts can't read it, other sites can't make a browser send it, and only the
/// routes that need it receive it.
#[derive(Clone, Copy, Debug)]
pub struct RefreshCookie {
    secure: bool,
}

impl RefreshCookie {
    pub const NAME: &str = "mc_refresh";

    /// The text of the `Set-Cookie` header that gives a browser the token.
    pub fn set(self, token: &RefreshToken) -> String {
        self.header(token.reveal(), REFRESH_LIFE.as_secs())
    }

    /// The text of the `Set-Cookie` header that makes a browser drop the token.
    pub fn expire(self) -> String {
        self.header("", 0)
    }

    fn header(self, value: &str, seconds: u64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let name = Self::NAME;
        format!("{name}={value}; Path=/api/auth; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
    }
}

/// `false` lets the cookie travel over plain HTTP; anything else does not.
impl Variable for RefreshCookie {
    fn parse(text: String) -> Result<Self, impl std::fmt::Display> {
        Ok::<_, std::convert::Infallible>(Self { secure: text != "false" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let cookie = |secure: &str| <RefreshCookie as Variable>::parse(secure.into()).ok().unwrap();
        assert_eq!(
            cookie("").expire(),
            "mc_refresh=; Path=/api/auth; Max-Age=0; HttpOnly; SameSite=Strict; Secure"
        );
        assert!(!cookie("false").expire().contains("Secure"));
    }
}
