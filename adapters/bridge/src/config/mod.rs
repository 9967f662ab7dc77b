//! What a bridge is told at start: collections, grants, subscriptions, schedules, tokens and settings.
//!
//! Everything is parsed and checked against each other once, so that what runs can't meet a function without
//! a token or a subscription to an event that nobody emits.

mod collections;
mod grants;
mod own;
mod period;
mod schedules;
mod settings;
mod subscriptions;
mod tokens;

use std::path::Path;

use mcommerce_telemetry::Tracer;

pub use collections::*;
pub use grants::{Access, BlobAccess, Grants};
pub use own::own_collections;
pub use schedules::{Schedule, Schedules};
pub use settings::Settings;
pub use subscriptions::{Subscription, Subscriptions};
pub use tokens::{FunctionToken, FunctionTokens};

/// The fewest bytes of a function's token.
const MIN_TOKEN_BYTES: usize = 16;

/// All that a bridge is told at start.
#[derive(Clone, Debug)]
pub struct BridgeConfig {
    /// The collections and their indexes.
    pub collections: Collections,
    /// Which function may do what.
    pub grants: Grants,
    /// Who consumes which events.
    pub subscriptions: Subscriptions,
    /// Which events are emitted on a clock.
    pub schedules: Schedules,
    /// What each function shows the bridge, and the bridge shows it.
    pub tokens: FunctionTokens,
    /// Limits and paces.
    pub settings: Settings,
    /// Makes its spans; off unless it is set.
    pub tracer: Tracer,
}

/// The texts of the four files.
#[derive(Clone, Copy, Debug)]
pub struct ConfigTexts<'a> {
    /// `collections.toml`.
    pub collections: &'a str,
    /// `grants.toml`.
    pub grants: &'a str,
    /// `subscriptions.toml`.
    pub subscriptions: &'a str,
    /// `schedules.toml`.
    pub schedules: &'a str,
}

/// Why a configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file can't be read.
    #[error("{file}: {source}")]
    Unreadable {
        /// Which file.
        file: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A file says what it may not.
    #[error("{file}: {reason}")]
    Invalid {
        /// Which file.
        file: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A function that needs a token has none, a short one, or another's.
    #[error("the token of {function} {reason}")]
    Token {
        /// Whose.
        function: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl ConfigError {
    fn invalid(file: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid { file, reason: reason.into() }
    }
}

impl ConfigTexts<'static> {
    /// The shop's own files, which are compiled in.
    pub const EMBEDDED: Self = Self {
        collections: include_str!("../../config/collections.toml"),
        grants: include_str!("../../config/grants.toml"),
        subscriptions: include_str!("../../config/subscriptions.toml"),
        schedules: include_str!("../../config/schedules.toml"),
    };
}

impl BridgeConfig {
    /// The shop's own configuration, which is compiled in.
    pub fn embedded(tokens: FunctionTokens) -> Result<Self, ConfigError> {
        Self::parse(&ConfigTexts::EMBEDDED, tokens)
    }

    /// The configuration of the four files in a folder.
    pub fn from_dir(dir: impl AsRef<Path>, tokens: FunctionTokens) -> Result<Self, ConfigError> {
        let read = |file: &str| {
            std::fs::read_to_string(dir.as_ref().join(file))
                .map_err(|source| ConfigError::Unreadable { file: file.to_owned(), source })
        };
        Self::parse(
            &ConfigTexts {
                collections: &read("collections.toml")?,
                grants: &read("grants.toml")?,
                subscriptions: &read("subscriptions.toml")?,
                schedules: &read("schedules.toml")?,
            },
            tokens,
        )
    }

    /// Parses the four texts and checks them against each other and the tokens.
    pub fn parse(texts: &ConfigTexts<'_>, tokens: FunctionTokens) -> Result<Self, ConfigError> {
        let collections = parse_collections(texts.collections)?;
        let grants = Grants::parse(texts.grants, &collections)?;
        let schedules = Schedules::parse(texts.schedules)?;
        let subscriptions = Subscriptions::parse(texts.subscriptions)?;
        for subscription in subscriptions.iter() {
            let emitted =
                |kind| grants.emits(kind) || schedules.iter().any(|schedule| schedule.emit() == kind);
            if let Some(kind) = subscription.events().iter().find(|kind| !emitted(kind)) {
                let reason = format!("{}: nobody emits {kind}", subscription.name());
                return Err(ConfigError::invalid("subscriptions.toml", reason));
            }
        }
        let with_grants = grants.functions_with_grants();
        let consumers = subscriptions.iter().map(Subscription::function);
        for function in with_grants.chain(consumers) {
            if tokens.of(function).is_none() {
                return Err(ConfigError::Token { function: function.to_owned(), reason: "is missing" });
            }
        }
        tokens.check(MIN_TOKEN_BYTES)?;
        let (settings, tracer) = (Settings::default(), Tracer::off());
        Ok(Self { collections, grants, subscriptions, schedules, tokens, settings, tracer })
    }
}

/// Parses `collections.toml` and adds the bridge's own collections.
fn parse_collections(text: &str) -> Result<Collections, ConfigError> {
    Collections::parse(text)
        .and_then(|mut collections| own::add_own(&mut collections).map(|()| collections))
        .map_err(|error| ConfigError::invalid("collections.toml", error.to_string()))
}

/// Whether a text can name a function, a subscription or a schedule: `[a-z][a-z0-9-]*`, at most 40 bytes.
fn is_name(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens_but(missing: &str) -> FunctionTokens {
        let functions = [
            "list-products",
            "view-product",
            "register",
            "login",
            "my-account",
            "create-order",
            "track-orders",
            "settle-order",
            "pay",
            "send-email",
        ];
        let with = functions.into_iter().filter(|function| *function != missing);
        FunctionTokens::new(with.map(|function| (function.to_owned(), format!("the-token-of-{function}"))))
    }

    fn refused(texts: &ConfigTexts<'_>) -> String {
        BridgeConfig::parse(texts, tokens_but("none")).unwrap_err().to_string()
    }

    #[test]
    fn the_shops_own_configuration_is_sound() {
        BridgeConfig::embedded(tokens_but("none")).unwrap();
    }

    #[test]
    fn a_function_with_grants_or_a_subscription_needs_a_token() {
        for function in ["pay", "send-email"] {
            let error = BridgeConfig::embedded(tokens_but(function)).unwrap_err();
            assert_eq!(error.to_string(), format!("the token of {function} is missing"));
        }
    }

    #[test]
    fn a_subscription_to_what_nobody_emits_is_refused() {
        let grants = ConfigTexts::EMBEDDED.grants.replace("payment.succeeded", "payment.succeded");
        let error = refused(&ConfigTexts { grants: &grants, ..ConfigTexts::EMBEDDED });
        assert!(error.contains("nobody emits payment.succeeded"), "{error}");
    }

    #[test]
    fn a_grant_of_what_is_not_declared_or_not_known_is_refused() {
        for grants in
            ["[pay]\npaymnts = [\"read\"]", "[pay]\n_outbox = [\"read\"]", "[pay]\norders = [\"drop\"]"]
        {
            let error = refused(&ConfigTexts { grants, ..ConfigTexts::EMBEDDED });
            assert!(error.starts_with("grants.toml"), "{error}");
        }
    }
}
