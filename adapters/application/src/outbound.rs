use std::collections::BTreeMap;

use crate::application::BRIDGE_URL;
use crate::{Manifest, Name, Sources, Template, Variables};

/// The suffix of the host names by which components of one Spin application reach each other.
const NEIGHBOUR: &str = ".spin.internal";

/// The destination of an entry in `allowed_outbound_hosts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboundHost {
    /// The bridge.
    Bridge,
    /// Another component, or its service if it is in another `SpinApp`.
    Component(Name),
    /// A host that is the same in every environment.
    External(HttpsHost),
    /// A host that each environment sets in these variables.
    Configured(Vec<String>),
}

impl OutboundHost {
    /// Parses an entry. The error says what is wrong with it.
    pub(crate) fn parse(entry: &Template, manifest: &Manifest) -> Result<Self, String> {
        if entry.only_variable() == Some(BRIDGE_URL) {
            return Ok(Self::Bridge);
        }
        if entry.literal().is_none() && !has_whole_variables(entry) {
            return Err(format!(
                "{entry:?} must be one variable, or https://, tcp:// or *:// with one for the host and one for the port"
            ));
        }
        let defaults = Variables::resolve(&manifest.variables, &Sources::default());
        if let Some(name) = neighbour(&entry.render(&defaults)) {
            return match manifest.components.get_key_value(name) {
                Some((name, _)) => Ok(Self::Component(name.clone())),
                None => Err(format!("there is no component {name}")),
            };
        }
        if let Some(text) = entry.literal() {
            return HttpsHost::parse(text).map(Self::External);
        }
        Ok(Self::Configured(entry.names().map(str::to_owned).collect()))
    }
}

/// A host outside the shop. It is only reached by HTTPS, so that no shopper's data leaves unencrypted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HttpsHost {
    host: String,
    port: u16,
}

impl HttpsHost {
    fn parse(entry: &str) -> Result<Self, String> {
        let refused =
            || format!("{entry} must be https://HOST or https://HOST:PORT, with a dot in the host name");
        let authority = entry.strip_prefix("https://").ok_or_else(refused)?;
        let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
        let is_label =
            |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !host.contains('.') || !host.split('.').all(is_label) {
            return Err(refused());
        }
        Ok(Self { host: host.to_ascii_lowercase(), port: parse_port(port).ok_or_else(refused)? })
    }

    /// The host's name or address: `api.stripe.com`.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, 443 by default.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}

/// Whether host and port are whole variables, so that the rest of the entry can't turn a value into another host.
fn has_whole_variables(entry: &Template) -> bool {
    let shape = entry.shape();
    let schemes = ["https://", "tcp://", "*://"];
    let place = schemes.iter().find_map(|scheme| shape.strip_prefix(scheme)).unwrap_or(&shape);
    match place.strip_prefix("{}").map(|rest| rest.strip_prefix(':').ok_or(rest)) {
        Some(Ok(port)) => port == "{}" || parse_port(port).is_some(),
        Some(Err(rest)) => rest.is_empty(),
        None => false,
    }
}

/// Parses a port from 1 to 65535, written in digits only.
fn parse_port(text: &str) -> Option<u16> {
    let port = text.parse().ok().filter(|port| *port != 0)?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(port)
}

/// The variables whose default is the address of a component, each with that component.
pub(crate) fn addresses(manifest: &Manifest) -> BTreeMap<&str, &Name> {
    let address = |(name, variable): (&'_ String, &'_ crate::Variable)| {
        let component = neighbour(variable.default.as_deref()?)?;
        Some((name.as_str().to_owned(), component.to_owned()))
    };
    let found: BTreeMap<String, String> = manifest.variables.iter().filter_map(address).collect();
    manifest
        .variables
        .keys()
        .filter_map(|name| {
            let (component, _) = manifest.components.get_key_value(found.get(name)?.as_str())?;
            Some((name.as_str(), component))
        })
        .collect()
}

/// The component name in a URL such as `http://settle-order.spin.internal`.
fn neighbour(url: &str) -> Option<&str> {
    let host = url.split_once("://")?.1;
    let host = host.split([':', '/']).next()?;
    host.strip_suffix(NEIGHBOUR)
}
