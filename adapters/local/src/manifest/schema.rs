//! The manifest's keys. Each type refuses those it does not know.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawManifest {
    pub spin_manifest_version: u32,
    pub application: RawApplication,
    #[serde(default)]
    pub variables: BTreeMap<String, RawVariable>,
    pub trigger: RawTriggers,
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawVariable {
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
    pub route: RawRoute,
    pub component: String,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a route is a pattern or { private = true }")]
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
    #[serde(default, rename = "description")]
    pub _description: String,
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    #[serde(default)]
    pub files: Vec<FileMount>,
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    pub build: Option<BuildStep>,
}

/// A folder that a component can read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileMount {
    /// The folder here.
    pub source: PathBuf,
    /// The folder as the component sees it: `/`, `/api`.
    pub destination: String,
}

/// How a component is built.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildStep {
    /// A shell command.
    pub command: String,
    /// Globs of what it is built from, relative to the manifest's folder.
    #[serde(default)]
    pub watch: Vec<String>,
    /// Where the command runs, relative to the manifest's folder.
    pub workdir: Option<PathBuf>,
}
