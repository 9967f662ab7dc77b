//! Checks the files of an application against each other.

mod adapters;

use std::collections::{BTreeMap, BTreeSet};

use protocol::{CollectionName, EventType};

use crate::application::{
    BRIDGE_TOKEN, STANZA_FILE as FILE, TOKEN_KEY, collections, stanza_key, token_variable,
};
use crate::fault::Faults;
use crate::outbound::OutboundHost;
use crate::{
    Access, Adapter, Audience, Caller, Client, Component, Declarations, DeclarationsError, Domain,
    Environment, Manifest, Name, Route, Stanza, Target, Template,
};

/// Checks an application and assembles the configuration of its bridge. A manifest without any stanza is not a shop but a
/// plain Spin application, which passes unchecked.
pub(crate) fn check(
    manifest: &Manifest,
    domains: &BTreeMap<Name, Domain>,
    adapters: &BTreeMap<Name, Adapter>,
    faults: &mut Faults,
) -> Declarations {
    if manifest.components.values().all(|component| component.stanza.is_none()) {
        return Declarations::default();
    }
    let mut checks = Checks { manifest, domains, adapters, stanzas: Vec::new(), faults };
    for (name, component) in &manifest.components {
        match &component.stanza {
            Some(stanza) => checks.stanzas.push((name, component, stanza)),
            None => checks.fault(name, "domain", "is missing: every component of a shop has a domain"),
        }
    }
    checks.check_variables();
    checks.check_folders();
    checks.check_grants();
    checks.check_adapters();
    checks.check_events();
    checks.check_routes();
    checks.check_callers();
    checks.check_outbound_hosts();
    checks.check_deployment();
    checks.check_overlaps();
    checks.declarations()
}

/// The parts of an application that are checked against each other, and the faults found so far.
struct Checks<'a> {
    manifest: &'a Manifest,
    domains: &'a BTreeMap<Name, Domain>,
    adapters: &'a BTreeMap<Name, Adapter>,
    stanzas: Vec<(&'a Name, &'a Component, &'a Stanza)>,
    faults: &'a mut Faults,
}

type Emitters<'a> = BTreeMap<&'a EventType, BTreeSet<&'a Name>>;

impl<'a> Checks<'a> {
    fn fault(&mut self, component: &Name, key: &str, reason: impl std::fmt::Display) {
        self.faults.add(FILE, stanza_key(component, key), reason);
    }

    /// Requires every variable to have a default. Otherwise Spin would need a value for it in every pod, even where no
    /// component reads it. An empty default means that components which read the variable need a value from outside.
    fn check_variables(&mut self) {
        let needed = self.stanzas.iter().flat_map(|(_, component, _)| component.needs());
        let tokens: Vec<String> = self.adapters.keys().map(token_variable).collect();
        let needed: BTreeSet<&str> = needed.chain(tokens.iter().map(String::as_str)).collect();
        for (name, variable) in &self.manifest.variables {
            let key = format!("variables.{name}");
            match &variable.default {
                None => {
                    self.faults.add(FILE, &key, "must have a default: \"\" if the value comes from outside");
                }
                Some(default) if variable.secret && !default.is_empty() => {
                    self.faults.add(FILE, &key, "is secret, so its default must be \"\"");
                }
                Some(_) => {}
            }
            if !needed.contains(name.as_str()) {
                self.faults.add(FILE, &key, "no component reads it");
            }
        }
        for token in tokens.iter().filter(|token| !self.manifest.variables.contains_key(*token)) {
            self.faults.add(
                FILE,
                format!("variables.{token}"),
                "is missing: an adapter authenticates to the bridge with it",
            );
        }
    }

    /// Requires a crate in the domain's folder for each component, in a checkout. An installed shop has no sources.
    fn check_folders(&mut self) {
        let functions = self.manifest.folder.join("functions");
        let is_checkout = self.manifest.folder.join("Cargo.toml").is_file();
        for (name, component, stanza) in self.stanzas.clone() {
            let folder = functions.join(stanza.domain.as_str()).join(name.as_str());
            if is_checkout && !folder.join("Cargo.toml").is_file() {
                let reason = format!("there is no crate in functions/{}/{name}", stanza.domain);
                self.fault(name, "domain", reason);
            }
            if component.description.is_empty() {
                self.faults.add(
                    FILE,
                    format!("component.{name}.description"),
                    "is missing: say what the component is for",
                );
            }
        }
    }

    /// A component that is granted something has a token and reaches the bridge; a component with a token has grants.
    fn check_grants(&mut self) {
        let tokens: BTreeSet<String> = self.clients().map(|(name, _)| token_variable(&name)).collect();
        for (name, component, stanza) in self.stanzas.clone() {
            self.check_collections(FILE, &stanza_key(name, "collections"), &stanza.collections);
            let token = token_variable(name);
            let shown = component.variables.get(BRIDGE_TOKEN).map(|template| template.only_variable());
            let reaches = self.reaches(component).contains(&OutboundHost::Bridge);
            let is_client = !stanza.client().is_empty();
            let variables = format!("component.{name}.variables");
            match shown {
                Some(shown) if shown != Some(token.as_str()) => {
                    self.faults.add(
                        FILE,
                        format!("{variables}.{BRIDGE_TOKEN}"),
                        format!("must be {{{{ {token} }}}}"),
                    );
                }
                Some(_) if !is_client => {
                    self.fault(
                        name,
                        "collections",
                        "are missing: the component has a bridge token but no grants",
                    );
                }
                None if is_client => {
                    let reason =
                        format!("is missing: the component has grants, so it needs {{{{ {token} }}}}");
                    self.faults.add(FILE, format!("{variables}.{BRIDGE_TOKEN}"), reason);
                }
                _ => {}
            }
            if self.manifest.variables.get(&token).is_some_and(|variable| is_client && !variable.secret) {
                let reason = "must be secret: whoever knows the token can act as the component";
                self.faults.add(FILE, format!("variables.{token}"), reason);
            }
            for (variable, template) in &component.variables {
                for other in template.names().filter(|used| *used != token && tokens.contains(*used)) {
                    let reason = format!("{other} is the bridge token of another component or adapter");
                    self.faults.add(FILE, format!("{variables}.{variable}"), reason);
                }
            }
            let has_grants = !stanza.client().grants().is_empty();
            if has_grants && !reaches {
                let reason = "must include {{ bridge_url }}: the component has grants on the bridge";
                self.faults.add(FILE, format!("component.{name}.allowed_outbound_hosts"), reason);
            }
        }
        let granted: BTreeSet<_> =
            self.clients().flat_map(|(_, client)| client.collections.into_keys()).collect();
        for (domain, declared) in self.domains {
            for collection in declared.collections.keys().filter(|name| !granted.contains(*name)) {
                let key = format!("collections.{collection}");
                self.faults.add(
                    format!("functions/{domain}/domain.toml"),
                    key,
                    "no component or adapter is granted access to the collection",
                );
            }
        }
    }

    /// Refuses empty grants and grants on undeclared collections. `key` is the key of the table.
    fn check_collections(
        &mut self,
        file: &str,
        key: &str,
        collections: &BTreeMap<CollectionName, BTreeSet<Access>>,
    ) {
        for (collection, access) in collections {
            let key = format!("{key}.{collection}");
            if access.is_empty() {
                self.faults.add(file, key.clone(), "must not be empty");
            }
            if !self.domains.values().any(|domain| domain.collections.contains_key(collection)) {
                self.faults.add(file, key, "no domain.toml declares it");
            }
        }
    }

    /// Every consumed event is emitted, and every emitted event is consumed or published.
    fn check_events(&mut self) {
        let mut emitters: Emitters<'_> = BTreeMap::new();
        let mut consumed: BTreeSet<&EventType> = BTreeSet::new();
        for (name, _, stanza) in self.stanzas.clone() {
            for kind in &stanza.emits {
                emitters.entry(kind).or_default().insert(&stanza.domain);
                let published =
                    self.domains.get(&stanza.domain).is_some_and(|it| it.publishes.contains(kind));
                if !published && !self.is_consumed(kind) {
                    let domain = &stanza.domain;
                    let reason = format!(
                        "no component or adapter consumes {kind}, and functions/{domain}/domain.toml does not publish it"
                    );
                    self.fault(name, "emits", reason);
                }
            }
            consumed.extend(stanza.consumes.values().flat_map(|consumption| &consumption.events));
        }
        let mut schedules: BTreeMap<&Name, &Name> = BTreeMap::new();
        for (domain, declared) in self.domains {
            let file = format!("functions/{domain}/domain.toml");
            for kind in &declared.publishes {
                if !emitters.get(kind).is_some_and(|domains| domains.contains(domain)) {
                    let reason = format!("no component of {domain} emits {kind}");
                    self.faults.add(&file, "publishes", reason);
                }
            }
            for (name, schedule) in &declared.schedules {
                if let Some(first) = schedules.insert(name, domain) {
                    let reason =
                        format!("functions/{first}/domain.toml already has a schedule with this name");
                    self.faults.add(&file, format!("schedules.{name}"), reason);
                }
                if !self.is_consumed(&schedule.emit) {
                    let reason = format!("no component or adapter consumes {}", schedule.emit);
                    self.faults.add(&file, format!("schedules.{name}.emit"), reason);
                }
            }
        }
    }

    /// Every route has callers, and every caller has a route.
    fn check_routes(&mut self) {
        for (name, _, stanza) in self.stanzas.clone() {
            let routes: Vec<_> = self.manifest.routes_to(name).collect();
            let routes_for = |audience| routes.iter().filter(move |route| route.audience() == audience);
            let is_component = |caller: &&Caller| matches!(caller, Caller::Component(_));
            let called_inside = stanza.callers.iter().any(|caller| is_component(&caller));
            let called_outside = stanza.callers.iter().any(|caller| !is_component(&caller));
            if routes_for(Audience::Public).next().is_some() && !called_outside {
                self.fault(
                    name,
                    "callers",
                    "must say who may call the public routes: anyone, user, service or a permission",
                );
            }
            if routes_for(Audience::Public).next().is_none() && called_outside {
                self.fault(name, "callers", "the component has no public route");
            }
            if routes_for(Audience::Functions).next().is_some() && !called_inside {
                self.fault(
                    name,
                    "callers",
                    "must name the components that may call the routes below /internal/",
                );
            }
            if routes_for(Audience::Functions).next().is_none() && called_inside {
                self.fault(name, "callers", "the component has no route below /internal/");
            }
            let events: BTreeSet<&str> = routes_for(Audience::Bridge).map(|route| route.as_str()).collect();
            for subscription in stanza.consumes.keys() {
                if !events.contains(format!("/events/{subscription}").as_str()) {
                    let reason = format!("the component has no route /events/{subscription}");
                    self.fault(name, &format!("consumes.{subscription}"), reason);
                }
            }
            for route in events {
                let subscription = route.trim_start_matches("/events/");
                if !stanza.consumes.contains_key(subscription) {
                    self.fault(name, "consumes", format!("no events are delivered to the route {route}"));
                }
            }
        }
        for (route, target) in &self.manifest.routes {
            if matches!(target, Target::Static(_)) && route.audience() != Audience::Public {
                self.faults.add(
                    FILE,
                    "trigger.http.route",
                    format!("{route} has a static response, so it must be public"),
                );
            }
            if route.is_wildcard() && route.audience() != Audience::Public {
                let reason = format!("{route} is not public, so it must not be a wildcard");
                self.faults.add(FILE, "trigger.http.route", reason);
            }
        }
    }

    /// A component that authenticates its callers has the key that verifies their tokens.
    fn check_callers(&mut self) {
        for (name, component, stanza) in self.stanzas.clone() {
            let has_key = component.variables.contains_key(TOKEN_KEY);
            let authenticated =
                stanza.callers.iter().find(|caller| matches!(caller, Caller::User | Caller::Permission(_)));
            if let Some(caller) = authenticated.filter(|_| !has_key) {
                let reason = format!("is missing: it verifies the tokens of callers such as {caller}");
                self.faults.add(FILE, format!("component.{name}.variables.{TOKEN_KEY}"), reason);
            }
        }
    }

    /// A component has the address of every host it may reach, and components list whoever may reach them as callers.
    fn check_outbound_hosts(&mut self) {
        for (name, component, stanza) in self.stanzas.clone() {
            let key = format!("component.{name}.allowed_outbound_hosts");
            let known: BTreeSet<&str> = component.variables.values().flat_map(Template::names).collect();
            for entry in &component.allowed_outbound_hosts {
                for unknown in entry.names().filter(|variable| !known.contains(variable)) {
                    let reason = format!(
                        "{{{{ {unknown} }}}} is unused: none of the component's variables contains it"
                    );
                    self.faults.add(FILE, &key, reason);
                }
                if let Err(reason) = OutboundHost::parse(entry, self.manifest) {
                    self.faults.add(FILE, &key, reason);
                }
            }
            for host in self.reaches(component) {
                let OutboundHost::Component(callee) = host else { continue };
                let callers = self.stanza(&callee).map(|stanza| &stanza.callers);
                if !callers.is_some_and(|callers| callers.contains(&Caller::Component(name.clone()))) {
                    self.fault(
                        &callee,
                        "callers",
                        format!("must include {name}, which may reach the component"),
                    );
                }
            }
            for caller in &stanza.callers {
                let Caller::Component(caller) = caller else { continue };
                let reaches = self.manifest.components.get(caller).is_some_and(|other| {
                    self.reaches(other).contains(&OutboundHost::Component(name.clone()))
                });
                if !reaches {
                    self.fault(
                        name,
                        "callers",
                        format!("the allowed_outbound_hosts of {caller} don't include the component"),
                    );
                }
            }
        }
    }

    /// Refuses overlapping routes in different `SpinApp`s. The more specific route wins, which only one router can decide.
    fn check_overlaps(&mut self) {
        let routes: Vec<(&Name, &Stanza, &Route)> = self
            .stanzas
            .iter()
            .flat_map(|(name, _, stanza)| {
                self.manifest.routes_to(name).map(move |route| (*name, *stanza, route))
            })
            .collect();
        for (n, (name, stanza, route)) in routes.iter().enumerate() {
            for (other, other_stanza, overlapping) in routes.iter().skip(n + 1) {
                if stanza.app() != other_stanza.app() && route.overlaps(overlapping) {
                    let reason =
                        format!("the route {overlapping} overlaps {route}: deploy the component with {name}");
                    self.fault(other, "app", reason);
                }
            }
        }
    }

    /// Each `SpinApp` has components of one domain and the same environments, and is deployed wherever its callers are.
    fn check_deployment(&mut self) {
        let mut apps: BTreeMap<&Name, &Name> = BTreeMap::new();
        for (name, component, stanza) in self.stanzas.clone() {
            let domain = apps.entry(stanza.app()).or_insert(&stanza.domain);
            if **domain != stanza.domain {
                let reason = format!("{} already has components of {domain}", stanza.app());
                self.fault(name, "app", reason);
            }
            let other = self.stanzas.iter().find(|(_, _, other)| other.app() == stanza.app());
            if other.is_some_and(|(_, _, other)| other.environments != stanza.environments) {
                let reason = format!("differs from other components of {}: set another app", stanza.app());
                self.fault(name, "environments", reason);
            }
            if stanza.environments.is_empty() {
                self.fault(name, "environments", "must not be empty");
            }
            for host in self.reaches(component) {
                let OutboundHost::Component(callee) = host else { continue };
                let deployed =
                    self.stanza(&callee).map(|stanza| stanza.environments.clone()).unwrap_or_default();
                let missing: Vec<&str> = stanza
                    .environments
                    .difference(&deployed)
                    .map(|environment: &Environment| environment.as_str())
                    .collect();
                if !missing.is_empty() {
                    let reason = format!(
                        "the component calls {callee}, which is not deployed in {}",
                        missing.join(", ")
                    );
                    self.fault(name, "environments", reason);
                }
            }
        }
        for (domain, declared) in self.domains {
            let file = format!("functions/{domain}/domain.toml");
            let scale = &declared.deploy.scale;
            if scale.cpu.is_none() && scale.requests.is_none() && scale.queue.is_none() {
                self.faults.add(&file, "deploy.scale", "needs cpu, requests or queue");
            }
            if let Some(queue) = &scale.queue {
                let is_own = self.stanzas.iter().any(|(_, _, stanza)| {
                    stanza.domain == *domain && stanza.consumes.contains_key(&queue.subscription)
                });
                if !is_own {
                    let reason =
                        format!("no component of {domain} has the subscription {}", queue.subscription);
                    self.faults.add(&file, "deploy.scale.queue.subscription", reason);
                }
            }
            if declared.deploy.memory.mebibytes() > declared.deploy.memory_limit.mebibytes() {
                self.faults.add(&file, "deploy.memory", "must not exceed memory_limit");
            }
            if declared.deploy.connections < 4 {
                self.faults.add(&file, "deploy.connections", "must be at least 4");
            }
        }
    }

    fn declarations(self) -> Declarations {
        let collections = collections(self.domains, self.faults);
        let mut clients: BTreeMap<Name, Client> = self.clients().collect();
        // Undeclared collections have been reported by now.
        for client in clients.values_mut() {
            client.collections.retain(|name, _| collections.contains(name));
        }
        let schedules = self.domains.values().flat_map(|domain| domain.schedules.clone()).collect();
        match Declarations::new(collections, clients, schedules) {
            Ok(declarations) => declarations,
            Err(error) => {
                let (key, reason) = match error {
                    DeclarationsError::Invalid { key, reason } => (key, reason),
                    DeclarationsError::Malformed(reason) => (String::new(), reason),
                };
                let client_key = key.strip_prefix("clients.").and_then(|key| key.split_once('.'));
                let adapter =
                    client_key.and_then(|(client, key)| Some((self.adapters.get_key_value(client)?.0, key)));
                let (file, key) = match (adapter, client_key) {
                    (Some((name, key)), _) => (adapters::file(name), format!("bridge.{key}")),
                    (None, Some((client, key))) => {
                        (FILE.to_owned(), format!("component.{client}.tool.mcommerce.{key}"))
                    }
                    (None, None) => (FILE.to_owned(), key),
                };
                self.faults.add(file, key, reason);
                Declarations::default()
            }
        }
    }

    /// Every component and adapter as the bridge knows it.
    fn clients(&self) -> impl Iterator<Item = (Name, Client)> + use<'a> {
        let components: Vec<_> =
            self.stanzas.iter().map(|(name, _, stanza)| ((*name).clone(), stanza.client())).collect();
        let adapters = self.adapters.iter().map(|(name, adapter)| (name.clone(), adapter.bridge.clone()));
        components.into_iter().chain(adapters)
    }

    fn is_consumed(&self, kind: &EventType) -> bool {
        self.clients()
            .any(|(_, client)| client.consumes.values().any(|consumption| consumption.events.contains(kind)))
    }

    fn stanza(&self, component: &str) -> Option<&'a Stanza> {
        self.stanzas.iter().find(|(name, _, _)| **name == *component).map(|(_, _, stanza)| *stanza)
    }

    fn reaches(&self, component: &Component) -> Vec<OutboundHost> {
        component
            .allowed_outbound_hosts
            .iter()
            .filter_map(|entry| OutboundHost::parse(entry, self.manifest).ok())
            .collect()
    }
}
