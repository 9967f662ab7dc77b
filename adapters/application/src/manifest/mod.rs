//! `spin.toml`, manifest version 2.
//!
//! Keys that Spin ignores are ignored. Keys for features that `mcommerce` lacks are refused by name, so that nothing which
//! works under Spin is silently missing.

mod mount;
mod schema;
mod template;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub use mount::MountPoint;
pub use schema::{BuildStep, StaticResponse};
pub use template::Template;
pub use variables::{MissingVariables, Sources, Variable, Variables, environment_name};

use schema::{RawComponent, RawManifest, RawMount, RawRoute, RawTrigger};

use crate::fault::Faults;
use crate::{Name, Route, Stanza};

/// The file's name in faults.
pub(crate) const FILE: &str = "spin.toml";

/// The part of an application that Spin reads.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The application's name.
    pub name: String,
    /// The folder of the file, which sources and mounts are relative to.
    pub folder: PathBuf,
    /// The application's variables, by name.
    pub variables: BTreeMap<String, Variable>,
    /// The routes, in the order of the file. Private components have no route.
    pub routes: Vec<(Route, Target)>,
    /// The components, by name.
    pub components: BTreeMap<Name, Component>,
}

/// What serves a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A component.
    Component(Name),
    /// A fixed response.
    Static(StaticResponse),
}

/// A component in the manifest.
#[derive(Clone, Debug)]
pub struct Component {
    /// What the component is for.
    pub description: String,
    /// The `.wasm` file.
    pub source: PathBuf,
    /// The hosts that the component may connect to, with `{{ templates }}` unresolved.
    pub allowed_outbound_hosts: Vec<Template>,
    /// The folders that the component can read, by mount point. Their paths are absolute or relative to the working folder.
    pub files: BTreeMap<MountPoint, PathBuf>,
    /// The component's variables, with `{{ templates }}` unresolved.
    pub variables: BTreeMap<String, Template>,
    /// How the component is built.
    pub build: Option<BuildStep>,
    /// The settings that Spin ignores; `None` if the component is not part of a shop.
    pub stanza: Option<Stanza>,
}

impl Component {
    /// The `.wasm` file that another build profile produces: `target/wasm32-wasip2/quick/a.wasm` instead of
    /// `target/wasm32-wasip2/function/a.wasm`.
    pub fn source_in_profile(&self, profile: Option<&str>) -> PathBuf {
        match (profile, self.source.parent(), self.source.file_name()) {
            (Some(profile), Some(folder), Some(file)) => folder.with_file_name(profile).join(file),
            _ => self.source.clone(),
        }
    }

    /// The application's variables that the component's variables and outbound hosts use.
    pub fn needs(&self) -> BTreeSet<&str> {
        self.variables.values().chain(&self.allowed_outbound_hosts).flat_map(Template::names).collect()
    }
}

impl Manifest {
    /// Parses the text of a manifest in `folder`.
    pub(crate) fn parse(folder: &Path, text: &str, faults: &mut Faults) -> Option<Self> {
        let raw: RawManifest = match toml::from_str(text) {
            Ok(raw) => raw,
            Err(error) => {
                faults.add(FILE, "", error.to_string().trim_end());
                return None;
            }
        };
        if raw.spin_manifest_version != 2 {
            faults.add(
                FILE,
                "spin_manifest_version",
                format!("must be 2, not {}", raw.spin_manifest_version),
            );
        }
        let mut variables = BTreeMap::new();
        for (name, declared) in raw.variables {
            match Variable::parse(&name, declared) {
                Ok(declared) => drop(variables.insert(name, declared)),
                Err(reason) => faults.add(FILE, format!("variables.{name}"), reason),
            }
        }
        let mut components = BTreeMap::new();
        for (name, component) in raw.component {
            let key = format!("component.{name}");
            match Name::parse(&name) {
                Ok(name) => {
                    let component = parse_component(component, folder, &key, &variables, faults);
                    components.insert(name, component);
                }
                Err(error) => faults.add(FILE, key, error),
            }
        }
        let routes = parse_routes(raw.trigger.http, &components, faults);
        Some(Self { name: raw.application.name, folder: folder.to_owned(), variables, routes, components })
    }

    /// The routes that a component serves, in the order of the file.
    pub fn routes_to<'a>(&'a self, component: &'a str) -> impl Iterator<Item = &'a Route> {
        self.routes.iter().filter_map(move |(route, target)| match target {
            Target::Component(name) if *name == component => Some(route),
            _ => None,
        })
    }
}

fn parse_component(
    raw: RawComponent,
    folder: &Path,
    key: &str,
    variables: &BTreeMap<String, Variable>,
    faults: &mut Faults,
) -> Component {
    let mut parse = |key: String, text: &str| match Template::parse(text) {
        Ok(template) => {
            for unknown in template.names().filter(|used| !variables.contains_key(*used)) {
                faults.add(FILE, &key, format!("there is no variable {unknown}"));
            }
            Some(template)
        }
        Err(reason) => {
            faults.add(FILE, key, reason);
            None
        }
    };
    let allowed_outbound_hosts = raw
        .allowed_outbound_hosts
        .iter()
        .filter_map(|text| parse(format!("{key}.allowed_outbound_hosts"), text))
        .collect();
    let own = raw
        .variables
        .into_iter()
        .filter_map(|(name, text)| Some((name.clone(), parse(format!("{key}.variables.{name}"), &text)?)))
        .collect();
    let mut files = BTreeMap::new();
    for RawMount { source, destination } in raw.files {
        let key = format!("{key}.files");
        match MountPoint::parse(destination) {
            Ok(destination) => {
                if files.insert(destination.clone(), folder.join(source)).is_some() {
                    faults.add(FILE, key, format!("{destination} is mounted more than once"));
                }
            }
            Err(reason) => faults.add(FILE, key, reason),
        }
    }
    Component {
        description: raw.description,
        source: folder.join(raw.source),
        allowed_outbound_hosts,
        files,
        variables: own,
        build: raw.build,
        stanza: raw.tool.mcommerce,
    }
}

fn parse_routes(
    triggers: Vec<RawTrigger>,
    components: &BTreeMap<Name, Component>,
    faults: &mut Faults,
) -> Vec<(Route, Target)> {
    let mut routes = Vec::new();
    let mut shapes = BTreeMap::new();
    let mut served = BTreeSet::new();
    for trigger in triggers {
        let owner = trigger.component.as_deref().unwrap_or("a static response").to_owned();
        let key = |what: &str| format!("trigger.http.{what} of {owner}");
        let target = match (trigger.component, trigger.static_response) {
            (Some(component), None) => {
                let Some((name, _)) = components.get_key_value(component.as_str()) else {
                    faults.add(FILE, key("component"), "there is no component with this name");
                    continue;
                };
                served.insert(name.clone());
                Target::Component(name.clone())
            }
            (None, Some(response)) => match StaticResponse::parse(response) {
                Ok(response) => Target::Static(response),
                Err(reason) => {
                    faults.add(FILE, key("static_response"), reason);
                    continue;
                }
            },
            _ => {
                faults.add(FILE, key("route"), "must have either a component or a static_response");
                continue;
            }
        };
        let text = match trigger.route {
            RawRoute::Pattern(text) => text,
            RawRoute::Private(private) => {
                if !private.private {
                    faults.add(FILE, key("route"), "must be a pattern or { private = true }");
                }
                continue;
            }
        };
        match Route::parse(&text) {
            Ok(route) => {
                if let Some(first) = shapes.insert(route.shape(), owner.clone()) {
                    faults.add(
                        FILE,
                        key("route"),
                        format!("{text} matches the same paths as a route of {first}"),
                    );
                }
                routes.push((route, target));
            }
            Err(reason) => faults.add(FILE, key("route"), format!("{text:?} {reason}")),
        }
    }
    for name in components.keys().filter(|name| !served.contains(*name)) {
        faults.add(FILE, format!("component.{name}"), "no trigger.http refers to the component");
    }
    routes
}
