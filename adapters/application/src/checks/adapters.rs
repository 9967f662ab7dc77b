//! Checks of adapters, which the bridge treats like components.

use http::Uri;

use super::{Checks, FILE as SPIN_TOML};
use crate::Name;
use crate::application::token_variable;

/// The path of an adapter's file.
pub(super) fn file(adapter: &Name) -> String {
    format!("adapters/{adapter}/adapter.toml")
}

impl Checks<'_> {
    /// Requires of adapters what is required of components: unique names, secret tokens and grants that can be used.
    pub(super) fn check_adapters(&mut self) {
        for (name, adapter) in self.adapters {
            let mut fault = |key: String, reason: String| self.faults.add(file(name), key, reason);
            if self.manifest.components.contains_key(name) {
                fault(
                    String::new(),
                    "spin.toml has a component with this name, and the two would share a token".to_owned(),
                );
            }
            if adapter.description.is_empty() {
                fault("description".to_owned(), "is missing: say what the adapter is for".to_owned());
            }
            if !is_address(&adapter.url) {
                fault("url".to_owned(), "must be http://HOST or http://HOST:PORT".to_owned());
            }
            if adapter.bridge.is_empty() {
                fault("bridge".to_owned(), "must grant something or consume something".to_owned());
            }
            let token = token_variable(name);
            if self.manifest.variables.get(&token).is_some_and(|variable| !variable.secret) {
                let reason = "must be secret: whoever knows the token can act as the adapter";
                self.faults.add(SPIN_TOML, format!("variables.{token}"), reason);
            }
            self.check_collections(&file(name), "bridge.collections", &adapter.bridge.collections);
            for kind in adapter.bridge.emits.iter().filter(|kind| !self.is_consumed(kind)).collect::<Vec<_>>()
            {
                self.faults.add(
                    file(name),
                    "bridge.emits",
                    format!("no component or adapter consumes {kind}"),
                );
            }
        }
    }
}

/// Whether a URL is just a scheme and a host. The path that events are posted to comes from the subscription.
fn is_address(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    uri.scheme_str() == Some("http")
        && uri.host().is_some_and(|host| !host.is_empty())
        && !url.trim_start_matches("http://").contains(['/', '@', '?', '#'])
}
