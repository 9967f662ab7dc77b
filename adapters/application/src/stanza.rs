//! `[component.NAME.tool.mcommerce]` in `spin.toml`: the settings of a component that Spin ignores.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use protocol::{CollectionName, EventType};
use serde::{Deserialize, Serialize};

use crate::{Access, BlobAccess, Client, Consumption, Name};

/// A component's stanza.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stanza {
    /// The domain that the component belongs to. The component's folder is `functions/<domain>/<component>`.
    pub domain: Name,
    /// The `SpinApp` that the component is deployed with; the domain's by default.
    pub app: Option<Name>,
    /// Who may call the component's routes, except for the bridge, which may always deliver events.
    #[serde(default)]
    pub callers: BTreeSet<Caller>,
    /// The access granted to each collection.
    #[serde(default)]
    pub collections: BTreeMap<CollectionName, BTreeSet<Access>>,
    /// The access granted to blobs.
    #[serde(default)]
    pub blobs: BTreeSet<BlobAccess>,
    /// The types of events that the component may emit.
    #[serde(default)]
    pub emits: BTreeSet<EventType>,
    /// The subscriptions. The events of a subscription are posted to `/events/<name>`.
    #[serde(default)]
    pub consumes: BTreeMap<Name, Consumption>,
    /// What is streamed.
    #[serde(default)]
    pub streams: BTreeSet<Stream>,
    /// When the mesh may retry.
    #[serde(default)]
    pub retries: Retries,
    /// Where the component is deployed; everywhere by default.
    #[serde(default = "everywhere")]
    pub environments: BTreeSet<Environment>,
}

/// Who may call a component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Caller {
    /// `anyone`: everybody.
    Anyone,
    /// `user`: signed-in users.
    User,
    /// `service`: a service that knows a shared token.
    Service,
    /// `create:product`: users with a permission.
    Permission(String),
    /// `pay`: a component, on routes below `/internal/`.
    Component(Name),
}

/// A part of an exchange that can be streamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// The request's body.
    Body,
    /// The response.
    Answer,
}

/// When the mesh may retry requests to a component. Only requests that are idempotent by their method or by an
/// Idempotency-Key are ever retried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Retries {
    /// `lost`: if the response was lost. The default.
    #[default]
    Lost,
    /// `unbegun`: with an Idempotency-Key, only if the request can't have reached the component.
    Unbegun,
    /// `never`: for a component such as a health check, whose failures must be seen.
    Never,
}

/// An environment that the shop is deployed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// A cluster on one machine.
    Local,
    /// Where releases are tested.
    Staging,
    /// Where shoppers buy.
    Production,
}

impl Stanza {
    /// The component's grants and subscriptions.
    pub fn client(&self) -> Client {
        Client {
            collections: self.collections.clone(),
            blobs: self.blobs.clone(),
            emits: self.emits.clone(),
            consumes: self.consumes.clone(),
        }
    }

    /// The `SpinApp` that the component is deployed with.
    pub fn app(&self) -> &Name {
        self.app.as_ref().unwrap_or(&self.domain)
    }
}

impl Environment {
    /// All environments.
    pub const ALL: [Self; 3] = [Self::Local, Self::Staging, Self::Production];

    /// The name of the environment's overlays.
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
