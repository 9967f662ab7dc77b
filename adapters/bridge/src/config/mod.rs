//! The configuration of a bridge: declarations of the application, tokens, and settings.

mod broker_prefix;
mod error;
mod max_in_flight;
mod own;
mod positive_duration;
mod settings;
mod store_settings;
mod tokens;

use std::path::Path;

use application::{Declarations, Name};

pub use broker_prefix::{BrokerPrefix, InvalidBrokerPrefix};
pub use error::ConfigError;
pub use max_in_flight::{InvalidMaxInFlight, MaxInFlight};
pub use own::own_collections;
pub use positive_duration::PositiveDuration;
pub use settings::{BackoffSettings, Settings};
pub use store_settings::{MongoSettings, SqliteSettings, StoreSettings};
pub use tokens::{FunctionToken, FunctionTokens};

const MIN_TOKEN_BYTES: usize = 16;

/// A valid configuration.
#[derive(Clone, Debug)]
pub struct BridgeConfig {
    /// The application's collections, grants, subscriptions and schedules, and the bridge's own collections.
    pub declarations: Declarations,
    pub tokens: FunctionTokens,
    pub settings: Settings,
}

/// Reads the file that `cargo xtask generate` writes for a bridge.
pub fn read_declarations(path: &Path) -> Result<Declarations, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    Declarations::parse(&text).map_err(|source| ConfigError::Declarations { path: path.to_owned(), source })
}

impl BridgeConfig {
    /// Fails if a client of the declarations has no token, or tokens are unfit.
    pub fn new(mut declarations: Declarations, tokens: FunctionTokens) -> Result<Self, ConfigError> {
        if let Some(without) = declarations.clients().into_iter().find(|client| tokens.get(client).is_none())
        {
            return Err(ConfigError::Token { function: Name::to_string(without), reason: "is missing" });
        }
        tokens.check(MIN_TOKEN_BYTES)?;
        own::add_own(&mut declarations);
        Ok(Self { declarations, tokens, settings: Settings::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARED: &str = r#"
        [collections.things]
        owner = "test"
        [clients.writer]
        collections = { things = ["insert"] }
        emits = ["thing.made"]
        [clients.nobody]
        [clients.consumer.consumes.look]
        events = ["thing.made"]
        attempts = 3
        first_delay = "1s"
        longest_delay = "1s"
        timeout = "1s"
        concurrency = 1
    "#;

    #[test]
    fn a_client_with_grants_or_a_subscription_needs_a_token() {
        let with = |functions: &[&str]| {
            let tokens = functions.iter().map(|name| ((*name).to_owned(), format!("the-token-of-{name}")));
            BridgeConfig::new(Declarations::parse(DECLARED).unwrap(), FunctionTokens::new(tokens))
        };
        with(&["writer", "consumer"]).unwrap();
        for (functions, missing) in [(["writer", "nobody"], "consumer"), (["nobody", "consumer"], "writer")] {
            let error = with(&functions).unwrap_err();
            assert_eq!(error.to_string(), format!("the token of {missing} is missing"));
        }
    }

    #[test]
    fn a_file_that_is_not_there_or_malformed_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bridge.toml");
        assert!(read_declarations(&path).unwrap_err().to_string().contains("bridge.toml"));
        std::fs::write(&path, "[clients.pay]\ncollections = { paymnts = [\"read\"] }").unwrap();
        let error = read_declarations(&path).unwrap_err().to_string();
        assert!(error.contains("bridge.toml: clients.pay.collections.paymnts"), "{error}");
    }
}
