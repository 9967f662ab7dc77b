//! The keys of `spin.toml` that `mcommerce` supports. Each type refuses unknown keys, and drops those that Spin ignores
//! when it runs an application.

use std::collections::BTreeMap;
use std::path::PathBuf;

use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::stanza::Stanza;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawManifest {
    pub spin_manifest_version: u32,
    pub application: RawApplication,
    #[serde(default)]
    pub variables: BTreeMap<String, RawVariable>,
    pub trigger: RawTriggers,
    #[serde(default)]
    pub component: BTreeMap<String, RawComponent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawApplication {
    pub name: String,
    #[serde(default, rename = "version")]
    pub _version: String,
    #[serde(default, rename = "description")]
    pub _description: String,
    #[serde(default, rename = "authors")]
    pub _authors: Vec<String>,
    #[serde(default, rename = "targets")]
    pub _targets: IgnoredAny,
    #[serde(default, rename = "tool")]
    pub _tool: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawVariable {
    #[serde(default)]
    pub description: String,
    pub default: Option<String>,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub secret: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTriggers {
    pub http: Vec<RawTrigger>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTrigger {
    #[serde(default, rename = "id")]
    pub _id: String,
    pub route: RawRoute,
    pub component: Option<String>,
    pub static_response: Option<RawStaticResponse>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a route must be a pattern or { private = true }")]
pub(super) enum RawRoute {
    Pattern(String),
    Private(RawPrivate),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPrivate {
    pub private: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawComponent {
    pub source: PathBuf,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    #[serde(default)]
    pub files: Vec<RawMount>,
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    pub build: Option<BuildStep>,
    #[serde(default)]
    pub tool: RawTool,
    #[serde(default, rename = "targets")]
    pub _targets: IgnoredAny,
    #[serde(default, rename = "profile")]
    pub _profile: IgnoredAny,
}

/// Tables of tools. Those of other tools are ignored.
#[derive(Default, Deserialize)]
pub(super) struct RawTool {
    pub mcommerce: Option<Stanza>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStaticResponse {
    pub status_code: Option<u16>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub body: String,
}

/// A fixed response that needs no component. Its headers can't contradict the body or the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticResponse {
    /// The status, 200 to 599; 200 by default.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl StaticResponse {
    pub(super) fn parse(raw: RawStaticResponse) -> Result<Self, String> {
        let status = StatusCode::from_u16(raw.status_code.unwrap_or(200)).ok();
        let status = status.filter(|status| (200..=599).contains(&status.as_u16()));
        let mut headers = HeaderMap::new();
        for (name, value) in &raw.headers {
            let parsed = HeaderName::try_from(name).map_err(|error| format!("headers.{name}: {error}"))?;
            let value = HeaderValue::try_from(value).map_err(|error| format!("headers.{name}: {error}"))?;
            if [CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION].contains(&parsed) {
                return Err(format!(
                    "headers.{name} must not be set: it follows from the body and the connection"
                ));
            }
            headers.append(parsed, value);
        }
        let status = status.ok_or("status_code must be 200 to 599")?;
        Ok(Self { status, headers, body: raw.body })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMount {
    pub source: PathBuf,
    pub destination: String,
}

/// How a component is built.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildStep {
    /// A shell command.
    pub command: String,
    /// Globs of the component's sources, relative to the manifest's folder.
    #[serde(default)]
    pub watch: Vec<String>,
    /// Where the command runs, relative to the manifest's folder.
    pub workdir: Option<PathBuf>,
}
