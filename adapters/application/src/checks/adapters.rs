//! Native programs, whom the bridge knows as it knows components.

use http::Uri;

use super::{FILE as SPIN_TOML, House};
use crate::Name;
use crate::application::token_variable;

/// Where an adapter's file is.
pub(super) fn file(adapter: &Name) -> String {
    format!("adapters/{adapter}/adapter.toml")
}

impl House<'_> {
    /// What holds of components holds of adapters: they are told apart, and may do what somebody can use.
    pub(super) fn check_adapters(&mut self) {
        for (name, adapter) in self.adapters {
            let mut fault = |key: String, reason: String| self.faults.add(file(name), key, reason);
            if self.manifest.components.contains_key(name) {
                fault(
                    String::new(),
                    "spin.toml has a component of this name, and both would show one token".to_owned(),
                );
            }
            if adapter.description.is_empty() {
                fault("description".to_owned(), "says what the adapter is for".to_owned());
            }
            if !is_address(&adapter.url) {
                fault("url".to_owned(), "must be http://HOST or http://HOST:PORT".to_owned());
            }
            if adapter.bridge.is_empty() {
                fault("bridge".to_owned(), "it is granted nothing and consumes nothing".to_owned());
            }
            let token = token_variable(name);
            if self.manifest.variables.get(&token).is_some_and(|variable| !variable.secret) {
                let reason = "must be secret: whoever knows it is taken for the adapter";
                self.faults.add(SPIN_TOML, format!("variables.{token}"), reason);
            }
            self.check_collections(&file(name), "bridge.collections", &adapter.bridge.collections);
            for kind in adapter.bridge.emits.iter().filter(|kind| !self.is_consumed(kind)).collect::<Vec<_>>()
            {
                self.faults.add(file(name), "bridge.emits", format!("nobody consumes {kind}"));
            }
        }
    }
}

/// Whether events can be delivered there: a scheme and a host, and no path, which is the subscription's.
fn is_address(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    uri.scheme_str() == Some("http")
        && uri.host().is_some_and(|host| !host.is_empty())
        && !url.trim_start_matches("http://").contains(['/', '@', '?', '#'])
}
