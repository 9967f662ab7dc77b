use std::collections::BTreeMap;

use crate::application::BRIDGE_URL;
use crate::{Manifest, Name, Sources, Template, Variables};

/// What ends the names by which components of one Spin application reach each other.
const NEIGHBOUR: &str = ".spin.internal";

/// Where an entry of `allowed_outbound_hosts` leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboundHost {
    /// To the bridge.
    Bridge,
    /// To another component; between `SpinApp`s, to the service that has it.
    Component(Name),
    /// To this host, `scheme://host:port`, in every environment.
    External(String),
    /// To a host that each environment names in these variables.
    Configured(Vec<String>),
}

impl OutboundHost {
    /// Where an entry leads; `Err` names a component that there is not.
    pub(crate) fn of(entry: &Template, manifest: &Manifest) -> Result<Self, String> {
        if entry.only_variable() == Some(BRIDGE_URL) {
            return Ok(Self::Bridge);
        }
        let defaults = Variables::resolve(&manifest.variables, &Sources::default());
        if let Some(name) = neighbour(&entry.render(&defaults)) {
            return match manifest.components.get_key_value(name) {
                Some((name, _)) => Ok(Self::Component(name.clone())),
                None => Err(name.to_owned()),
            };
        }
        Ok(match entry.literal() {
            Some(text) => Self::External(text.to_owned()),
            None => Self::Configured(entry.names().map(str::to_owned).collect()),
        })
    }
}

/// The variables whose default is the address of a component, with that component.
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

/// The component in `http://settle-order.spin.internal`.
fn neighbour(url: &str) -> Option<&str> {
    let host = url.split_once("://")?.1;
    let host = host.split([':', '/']).next()?;
    host.strip_suffix(NEIGHBOUR)
}
