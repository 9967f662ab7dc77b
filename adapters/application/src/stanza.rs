//! What `spin.toml` says of a component for others than Spin: `[component.NAME.tool.mcommerce]`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use protocol::{CollectionName, EventType};
use serde::{Deserialize, Serialize};

use crate::{Access, BlobAccess, Client, Consumption, Name};

/// A component's stanza.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stanza {
    /// The domain it belongs to: its folder is `functions/<domain>/<component>`.
    pub domain: Name,
    /// The `SpinApp` that it is deployed with; the domain's unless it is given.
    pub app: Option<Name>,
    /// Who may call its routes. The bridge, which delivers what it consumes, need not be named.
    #[serde(default)]
    pub callers: BTreeSet<Caller>,
    /// What it may do to which collection.
    #[serde(default)]
    pub collections: BTreeMap<CollectionName, BTreeSet<Access>>,
    /// What it may do to blobs.
    #[serde(default)]
    pub blobs: BTreeSet<BlobAccess>,
    /// The events that it may emit.
    #[serde(default)]
    pub emits: BTreeSet<EventType>,
    /// What it consumes, by the name of the subscription, which is the end of its route as well: `/events/<name>`.
    #[serde(default)]
    pub consumes: BTreeMap<Name, Consumption>,
    /// What travels in pieces instead of as a whole.
    #[serde(default)]
    pub streams: BTreeSet<Stream>,
    /// When the mesh may ask again.
    #[serde(default)]
    pub retries: Retries,
    /// Where it is deployed; everywhere unless it is given.
    #[serde(default = "everywhere")]
    pub environments: BTreeSet<Environment>,
}

/// Somebody who may call a component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Caller {
    /// Anybody: `anyone`.
    Anyone,
    /// Somebody signed in: `user`.
    User,
    /// A service that shows a token that the two share: `service`.
    Service,
    /// Somebody who is granted a permission: `create:product`.
    Permission(String),
    /// A component, on routes below `/internal/`: `pay`.
    Component(Name),
}

/// What of a request can travel in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// The body.
    Body,
    /// The answer.
    Answer,
}

/// When the mesh may ask a component again, beyond where that changes something: a request is only ever asked again if its
/// method, or the Idempotency-Key that its handler takes, makes that harmless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Retries {
    /// Where the answer was lost on the way: `lost`, unless it is given.
    #[default]
    Lost,
    /// With an Idempotency-Key, only where the request can't have begun: `unbegun`.
    Unbegun,
    /// Never: `never`. For a component that answers for itself.
    Never,
}

/// A place that the shop is deployed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// A cluster on one machine.
    Local,
    /// Where releases are tried.
    Staging,
    /// Where shoppers are.
    Production,
}

impl Stanza {
    /// The component as a bridge knows it.
    pub fn client(&self) -> Client {
        Client {
            collections: self.collections.clone(),
            blobs: self.blobs.clone(),
            emits: self.emits.clone(),
            consumes: self.consumes.clone(),
        }
    }

    /// The `SpinApp` that it is deployed with.
    pub fn app(&self) -> &Name {
        self.app.as_ref().unwrap_or(&self.domain)
    }
}

impl Environment {
    /// Every environment.
    pub const ALL: [Self; 3] = [Self::Local, Self::Staging, Self::Production];

    /// The name of its overlays.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Caller {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "anyone" => return Ok(Self::Anyone),
            "user" => return Ok(Self::User),
            "service" => return Ok(Self::Service),
            _ => {}
        }
        let is_word =
            |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        match text.split_once(':') {
            Some((action, subject)) if is_word(action) && is_word(subject) => Ok(Self::Permission(text)),
            Some(_) => Err(format!("{text:?} is not a permission such as create:product")),
            None => Name::parse(text).map(Self::Component).map_err(|error| error.to_string()),
        }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str("anyone"),
            Self::User => f.write_str("user"),
            Self::Service => f.write_str("service"),
            Self::Permission(permission) => f.write_str(permission),
            Self::Component(name) => name.fmt(f),
        }
    }
}

fn everywhere() -> BTreeSet<Environment> {
    Environment::ALL.into()
}
