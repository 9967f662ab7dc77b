//! The application as `spin.toml` (manifest version 2) describes it, as far as this host goes.
//!
//! Only what this shop's manifest uses is understood. Everything else is refused at start and by name, so that
//! nothing that works under Spin is silently missing here.

mod schema;
mod template;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub use schema::{BuildStep, FileMount};
pub use template::Template;
pub use variables::{Declaration, Sources, Variables};

use schema::{RawManifest, RawRoute};

/// Why a manifest was refused.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file can't be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It is no TOML, or has a key that this host does not know. The message names it and its line.
    #[error("{}: {source}", path.display())]
    Refused {
        /// Which file.
        path: PathBuf,
        /// What and where.
        source: Box<toml::de::Error>,
    },
    /// It contradicts itself.
    #[error("{}: {reason}", path.display())]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// These variables are required and have no value.
    #[error(
        "no value for the variable{} {}: set {}", if names.len() == 1 { "" } else { "s" },
        names.join(", "), names.iter().map(|name| variables::environment_name(name)).collect::<Vec<_>>().join(", ")
    )]
    Missing {
        /// Their names.
        names: Vec<String>,
    },
}

/// One application: its components and which of them serves which route.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The application's name.
    pub name: String,
    /// Where the file is; sources and mounts are relative to its folder.
    pub folder: PathBuf,
    /// The application variables by name.
    pub variables: BTreeMap<String, Declaration>,
    /// The routes, in the order of the file; private components have none.
    pub routes: Vec<RouteEntry>,
    /// The components by name.
    pub components: BTreeMap<String, ComponentEntry>,
}

/// A route and who serves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteEntry {
    /// As it is written: `/a/:b`, `/c/...`.
    pub route: String,
    /// The component's name.
    pub component: String,
}

/// A component as the manifest describes it.
#[derive(Clone, Debug)]
pub struct ComponentEntry {
    /// The `.wasm` file.
    pub source: PathBuf,
    /// Where it may connect to, `{{ templates }}` unresolved.
    pub allowed_outbound_hosts: Vec<Template>,
    /// Folders it can read; their sources are absolute or relative to the working folder.
    pub files: Vec<FileMount>,
    /// Its own variables, `{{ templates }}` unresolved.
    pub variables: BTreeMap<String, Template>,
    /// How it is built.
    pub build: Option<BuildStep>,
}

impl ComponentEntry {
    /// The `.wasm` file as another build profile makes it: `target/wasm32-wasip2/quick/a.wasm` beside
    /// `target/wasm32-wasip2/function/a.wasm`.
    pub fn source_in_profile(&self, profile: Option<&str>) -> PathBuf {
        match (profile, self.source.parent(), self.source.file_name()) {
            (Some(profile), Some(folder), Some(file)) => folder.with_file_name(profile).join(file),
            _ => self.source.clone(),
        }
    }
}

impl Manifest {
    /// Reads and checks a manifest.
    pub fn load(path: &Path) -> Result<Self, ManifestError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ManifestError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    /// Checks the text of a manifest that stands at `path`.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ManifestError> {
        let raw: RawManifest = toml::from_str(text)
            .map_err(|source| ManifestError::Refused { path: path.to_owned(), source: Box::new(source) })?;
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        Self::check(raw, folder).map_err(|reason| ManifestError::Invalid { path: path.to_owned(), reason })
    }

    fn check(raw: RawManifest, folder: PathBuf) -> Result<Self, String> {
        if raw.spin_manifest_version != 2 {
            return Err(format!("spin_manifest_version is {}, not 2", raw.spin_manifest_version));
        }
        let mut served = BTreeSet::new();
        let mut routes = Vec::new();
        for trigger in raw.trigger.http {
            if !raw.component.contains_key(&trigger.component) {
                return Err(format!("a route names the component {}, which there is not", trigger.component));
            }
            served.insert(trigger.component.clone());
            match trigger.route {
                RawRoute::Pattern(route) => routes.push(RouteEntry { route, component: trigger.component }),
                RawRoute::Private(private) if private.private => {}
                RawRoute::Private(_) => {
                    return Err(format!(
                        "{}: a route is a pattern or {{ private = true }}",
                        trigger.component
                    ));
                }
            }
        }
        if let Some(idle) = raw.component.keys().find(|name| !served.contains(*name)) {
            return Err(format!("no route or private trigger names the component {idle}"));
        }
        if let Some(odd) = raw.component.keys().find(|name| !is_component_name(name)) {
            return Err(format!("{odd:?} is no component name: lower case letters, digits and hyphens"));
        }
        let variables = raw
            .variables
            .into_iter()
            .map(|(name, declared)| Declaration::parse(&name, declared).map(|declared| (name, declared)))
            .collect::<Result<BTreeMap<_, _>, _>>()?;
        let mut components = BTreeMap::new();
        for (name, component) in raw.component {
            let parse = |text: &String| {
                let template = Template::parse(text).map_err(|reason| format!("{name}: {reason}"))?;
                if let Some(unknown) = template.names().find(|used| !variables.contains_key(*used)) {
                    return Err(format!("{name}: there is no variable {unknown}"));
                }
                Ok(template)
            };
            let files = component
                .files
                .into_iter()
                .map(|mount| FileMount { source: folder.join(mount.source), destination: mount.destination });
            let entry = ComponentEntry {
                source: folder.join(&component.source),
                allowed_outbound_hosts: component
                    .allowed_outbound_hosts
                    .iter()
                    .map(parse)
                    .collect::<Result<_, _>>()?,
                files: files.collect(),
                variables: component
                    .variables
                    .iter()
                    .map(|(name, text)| parse(text).map(|template| (name.clone(), template)))
                    .collect::<Result<_, _>>()?,
                build: component.build,
            };
            components.insert(name, entry);
        }
        Ok(Self { name: raw.application.name, folder, variables, routes, components })
    }
}

fn is_component_name(name: &str) -> bool {
    name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[cfg(test)]
mod tests;
