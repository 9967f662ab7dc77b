use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::checks;
use crate::fault::Faults;
use crate::manifest::{FILE, Manifest};
use crate::outbound::{OutboundHost, addresses};
use crate::{
    Adapter, Collection, Collections, Component, Declarations, Deploy, Domain, Environment, Name, Refused,
    Router, Stanza, Target,
};

/// The variable that holds the bridge's address, both in the application and in each component that calls the bridge.
pub const BRIDGE_URL: &str = "bridge_url";
/// The component variable that holds the token a component authenticates to the bridge with.
pub const BRIDGE_TOKEN: &str = "bridge_token";

/// The variable that holds the key which verifies shoppers' tokens, both in the application and in each component that
/// verifies them.
pub const TOKEN_KEY: &str = "jwt_public_key";

/// A complete application that passed all checks. It dereferences to its [`Manifest`], the part that Spin reads.
#[derive(Clone, Debug)]
pub struct Application {
    manifest: Manifest,
    domains: BTreeMap<Name, Domain>,
    adapters: BTreeMap<Name, Adapter>,
    declarations: Declarations,
}

/// Components that are deployed together as one `SpinApp`.
#[derive(Clone, Debug)]
pub struct App<'a> {
    /// The name: the domain's unless the components set `app`.
    pub name: &'a Name,
    /// The domain that all the components belong to.
    pub domain: &'a Name,
    /// How the domain's pods run.
    pub deploy: &'a Deploy,
    /// The components, ordered by name.
    pub components: Vec<(&'a Name, &'a Component, &'a Stanza)>,
}

impl Deref for Application {
    type Target = Manifest;

    fn deref(&self) -> &Manifest {
        &self.manifest
    }
}

impl Application {
    /// Loads an application from its `spin.toml` and the other files in the same folder. Reports all faults at once.
    pub fn load(path: &Path) -> Result<Self, Refused> {
        let mut faults = Faults::default();
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let manifest = match std::fs::read_to_string(path) {
            Ok(text) => Manifest::parse(folder, &text, &mut faults),
            Err(error) => {
                faults.add(path.display().to_string(), "", error);
                None
            }
        };
        let Some(manifest) = manifest else { return Err(faults.refused()) };
        let stanzas = manifest.components.values().filter_map(|component| component.stanza.as_ref());
        let names: BTreeSet<Name> = stanzas.map(|stanza| stanza.domain.clone()).collect();
        for name in folders_with(folder, "functions", "domain.toml") {
            if !names.iter().any(|known| **known == *name) {
                faults.add(
                    format!("functions/{name}/domain.toml"),
                    "",
                    "no component belongs to this domain",
                );
            }
        }
        let domains = names
            .into_iter()
            .filter_map(|name| {
                let domain = read(folder, &format!("functions/{name}/domain.toml"), &mut faults)?;
                Some((name, domain))
            })
            .collect();
        let adapters = read_adapters(folder, &mut faults);
        let declarations = checks::check(&manifest, &domains, &adapters, &mut faults);
        faults.or(Self { manifest, domains, adapters, declarations })
    }

    /// The part that Spin reads.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The domains, by name.
    pub fn domains(&self) -> &BTreeMap<Name, Domain> {
        &self.domains
    }

    /// The native programs that call the bridge or consume events, by name.
    pub fn adapters(&self) -> &BTreeMap<Name, Adapter> {
        &self.adapters
    }

    /// The configuration of this application's bridge.
    pub fn declarations(&self) -> &Declarations {
        &self.declarations
    }

    /// The components that belong to the shop, with their stanzas.
    pub fn stanzas(&self) -> impl Iterator<Item = (&Name, &Component, &Stanza)> {
        self.manifest
            .components
            .iter()
            .filter_map(|(name, component)| Some((name, component, component.stanza.as_ref()?)))
    }

    /// Leaves out the components that are not deployed in an environment. No other component misses them, because
    /// [`Self::load`] checks that whatever a component calls is deployed wherever the component is.
    #[must_use]
    pub fn deployed_in(&self, environment: Environment) -> Self {
        let mut deployed = self.clone();
        let is_deployed = |component: &Component| {
            component.stanza.as_ref().is_none_or(|stanza| stanza.environments.contains(&environment))
        };
        deployed.manifest.components.retain(|_, component| is_deployed(component));
        let components = &deployed.manifest.components;
        deployed.manifest.routes.retain(|(_, target)| match target {
            Target::Component(name) => components.contains_key(name),
            Target::Static(_) => true,
        });
        deployed.declarations = deployed
            .declarations
            .only(|client| components.contains_key(client) || self.adapters.contains_key(client));
        deployed
    }

    /// The `SpinApp`s, ordered by name.
    pub fn apps(&self) -> Vec<App<'_>> {
        let mut apps: BTreeMap<&Name, App<'_>> = BTreeMap::new();
        for (name, component, stanza) in self.stanzas() {
            let (domain, declared) =
                self.domains.get_key_value(&stanza.domain).expect("each stanza's domain was read");
            let app = apps.entry(stanza.app()).or_insert_with(|| App {
                name: stanza.app(),
                domain,
                deploy: &declared.deploy,
                components: Vec::new(),
            });
            app.components.push((name, component, stanza));
        }
        apps.into_values().collect()
    }

    /// The `SpinApp` that a component is deployed with.
    pub fn app_of(&self, component: &str) -> Option<&Name> {
        Some(self.manifest.components.get(component)?.stanza.as_ref()?.app())
    }

    /// The hosts that a component may connect to.
    pub fn outbound(&self, component: &Component) -> Vec<OutboundHost> {
        component
            .allowed_outbound_hosts
            .iter()
            .filter_map(|entry| OutboundHost::parse(entry, &self.manifest).ok())
            .collect()
    }

    /// The variables that hold a component's address, each with that component.
    pub fn addresses(&self) -> BTreeMap<&str, &Name> {
        addresses(&self.manifest)
    }

    /// The variables that must be set before these components can work: those they use whose default is empty.
    pub fn required_variables<'a>(
        &'a self,
        components: impl IntoIterator<Item = &'a Component>,
    ) -> BTreeSet<&'a str> {
        let needed: BTreeSet<&str> = components.into_iter().flat_map(Component::needs).collect();
        needed
            .into_iter()
            .filter(|name| self.manifest.variables.get(*name).is_some_and(crate::Variable::needs_value))
            .collect()
    }

    /// A router from paths to what serves them.
    pub fn router(&self) -> Router<Target> {
        self.manifest.routes.iter().cloned().collect()
    }
}

/// The application variable that holds the token of a component or adapter: `token_create_order`.
pub fn token_variable(client: &Name) -> String {
    format!("token_{}", client.snake_case())
}

/// All collections, each with the domain that owns it.
pub(crate) fn collections(domains: &BTreeMap<Name, Domain>, faults: &mut Faults) -> Collections {
    let mut collections = Collections::default();
    for (domain, declared) in domains {
        for (name, collection) in &declared.collections {
            let added = Collection::new(name.clone(), domain.as_str(), collection.indexes.clone());
            if let Err(error) = collections.add(added) {
                faults.add(format!("functions/{domain}/domain.toml"), format!("collections.{name}"), error);
            }
        }
    }
    collections
}

fn read_adapters(folder: &Path, faults: &mut Faults) -> BTreeMap<Name, Adapter> {
    let mut adapters = BTreeMap::new();
    for name in folders_with(folder, "adapters", "adapter.toml") {
        let file = format!("adapters/{name}/adapter.toml");
        match Name::parse(name) {
            Ok(name) => {
                if let Some(adapter) = read(folder, &file, faults) {
                    adapters.insert(name, adapter);
                }
            }
            Err(error) => faults.add(file, "", error),
        }
    }
    adapters
}

/// The names of the folders in `parent` that contain `file`.
fn folders_with(folder: &Path, parent: &str, file: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder.join(parent)).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.path().join(file).is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

fn read<T: DeserializeOwned>(folder: &Path, file: &str, faults: &mut Faults) -> Option<T> {
    let parsed = std::fs::read_to_string(folder.join(file))
        .map_err(|error| error.to_string())
        .and_then(|text| toml::from_str(&text).map_err(|error| error.to_string().trim_end().to_owned()));
    parsed.map_err(|reason| faults.add(file, "", reason)).ok()
}

/// The full TOML key of a component's stanza entry.
pub(crate) fn stanza_key(component: &Name, key: &str) -> String {
    format!("component.{component}.tool.mcommerce.{key}")
}

/// The file that holds the stanzas.
pub(crate) const STANZA_FILE: &str = FILE;
