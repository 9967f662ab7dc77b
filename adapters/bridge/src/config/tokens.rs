use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::error::ConfigError;

const VARIABLE_PREFIX: &str = "MCOMMERCE_TOKEN_";

/// The secret that a function and the bridge show each other. `Debug` hides it.
#[derive(Clone)]
pub struct FunctionToken {
    secret: Arc<str>,
    digest: [u8; 32],
}

/// The token of each function.
#[derive(Clone, Debug, Default)]
pub struct FunctionTokens(BTreeMap<String, FunctionToken>);

impl FunctionToken {
    fn new(secret: &str) -> Self {
        Self { secret: secret.into(), digest: Sha256::digest(secret).into() }
    }

    /// Returns the secret, only for the `Authorization` header of a delivery.
    pub fn expose(&self) -> &str {
        &self.secret
    }
}

impl fmt::Debug for FunctionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FunctionToken(..)")
    }
}

impl FunctionTokens {
    /// Takes pairs of a function and its secret.
    pub fn new(tokens: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(tokens.into_iter().map(|(function, secret)| (function, FunctionToken::new(&secret))).collect())
    }

    /// Reads the tokens from the environment: `MCOMMERCE_TOKEN_CREATE_ORDER` is the token of `create-order`.
    pub fn from_env() -> Self {
        Self::new(std::env::vars_os().filter_map(|(variable, secret)| {
            let name = variable.to_str()?.strip_prefix(VARIABLE_PREFIX)?;
            // A lowercase variable would name the same function as the uppercase one.
            if name.contains(|c: char| c.is_ascii_lowercase()) {
                return None;
            }
            Some((name.to_ascii_lowercase().replace('_', "-"), secret.into_string().ok()?))
        }))
    }

    pub fn get(&self, function: &str) -> Option<&FunctionToken> {
        self.0.get(function)
    }

    /// Finds the function that a token belongs to. The time this takes reveals nothing about the tokens, because all
    /// digests are compared, each in constant time.
    pub fn identify(&self, presented: &str) -> Option<&str> {
        let digest: [u8; 32] = Sha256::digest(presented).into();
        self.0.iter().fold(None, |found, (function, token)| {
            if bool::from(token.digest.ct_eq(&digest)) { Some(function.as_str()) } else { found }
        })
    }

    /// Refuses tokens that are short, that no header can carry, or that two functions share.
    pub(super) fn check(&self, min_bytes: usize) -> Result<(), ConfigError> {
        let mut seen = BTreeMap::new();
        for (function, token) in &self.0 {
            let refused = |reason| ConfigError::Token { function: function.clone(), reason };
            if token.secret.len() < min_bytes {
                return Err(refused("is shorter than 16 bytes"));
            }
            if !token.secret.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(refused("has characters other than visible ASCII, which a header can't carry"));
            }
            if seen.insert(token.digest, function).is_some() {
                return Err(refused("is also the token of another function"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(of: &[(&str, &str)]) -> FunctionTokens {
        FunctionTokens::new(
            of.iter().map(|(function, secret)| ((*function).to_owned(), (*secret).to_owned())),
        )
    }

    #[test]
    fn a_token_tells_its_function_and_only_whole() {
        let tokens = tokens(&[("pay", "0123456789abcdef"), ("login", "fedcba9876543210")]);
        assert_eq!(tokens.identify("0123456789abcdef"), Some("pay"));
        assert_eq!(tokens.identify("0123456789abcde"), None);
        assert_eq!(tokens.identify(""), None);
    }

    #[test]
    fn a_token_does_not_print() {
        assert!(!format!("{:?}", tokens(&[("pay", "0123456789abcdef")])).contains("0123456789abcdef"));
    }

    #[test]
    fn short_odd_and_shared_tokens_are_refused() {
        assert!(tokens(&[("pay", "short")]).check(16).is_err());
        assert!(tokens(&[("pay", "0123456789 abcdef")]).check(16).is_err());
        assert!(tokens(&[("pay", "0123456789äabcdef")]).check(16).is_err());
        assert!(tokens(&[("pay", "0123456789abcdef"), ("login", "0123456789abcdef")]).check(16).is_err());
    }
}
