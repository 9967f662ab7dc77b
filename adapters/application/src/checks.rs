//! Everything against everything.

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

/// Checks an application and puts together what its bridge is told. Without a stanza there is nothing to check: the
/// manifest is of no shop, but of an application that needs nothing but Spin.
pub(crate) fn check(
    manifest: &Manifest,
    domains: &BTreeMap<Name, Domain>,
    adapters: &BTreeMap<Name, Adapter>,
    faults: &mut Faults,
) -> Declarations {
    if manifest.components.values().all(|component| component.stanza.is_none()) {
        return Declarations::default();
    }
    let mut house = House { manifest, domains, adapters, stanzas: Vec::new(), faults };
    for (name, component) in &manifest.components {
        match &component.stanza {
            Some(stanza) => house.stanzas.push((name, component, stanza)),
            None => house.fault(name, "domain", "every component of a shop has one"),
        }
    }
    house.check_variables();
    house.check_folders();
    house.check_grants();
    house.check_adapters();
    house.check_events();
    house.check_routes();
    house.check_callers();
    house.check_outbound_hosts();
    house.check_deployment();
    house.check_overlaps();
    house.declarations()
}

/// The parts of an application that are checked against each other.
struct House<'a> {
    manifest: &'a Manifest,
    domains: &'a BTreeMap<Name, Domain>,
    adapters: &'a BTreeMap<Name, Adapter>,
    stanzas: Vec<(&'a Name, &'a Component, &'a Stanza)>,
    faults: &'a mut Faults,
}

type Emitters<'a> = BTreeMap<&'a EventType, BTreeSet<&'a Name>>;

impl<'a> House<'a> {
    fn fault(&mut self, component: &Name, key: &str, reason: impl std::fmt::Display) {
        self.faults.add(FILE, stanza_key(component, key), reason);
    }

    /// Spin asks every pod for every variable without a default, so all have one; an empty one means that a component which
    /// reads the variable needs a value from outside.
    fn check_variables(&mut self) {
        let needed = self.stanzas.iter().flat_map(|(_, component, _)| component.needs());
        let tokens: Vec<String> = self.adapters.keys().map(token_variable).collect();
        let needed: BTreeSet<&str> = needed.chain(tokens.iter().map(String::as_str)).collect();
        for (name, variable) in &self.manifest.variables {
            let key = format!("variables.{name}");
            match &variable.default {
                None => {
                    self.faults.add(FILE, &key, "must have a default, \"\" if it needs a value from outside");
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
                "is missing: an adapter shows it to the bridge",
            );
        }
    }

    /// In a checkout each component is a folder of its domain. A shop that is installed has no sources.
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
                    "says what the component is for",
                );
            }
        }
    }

    /// Who may ask the bridge for something can, and who can may.
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
                    self.fault(name, "collections", "it shows the bridge a token and is granted nothing");
                }
                None if is_client => {
                    let reason =
                        format!("is missing: it is granted something, so it needs {{{{ {token} }}}}");
                    self.faults.add(FILE, format!("{variables}.{BRIDGE_TOKEN}"), reason);
                }
                _ => {}
            }
            if self.manifest.variables.get(&token).is_some_and(|variable| is_client && !variable.secret) {
                let reason = "must be secret: whoever knows it is taken for the component";
                self.faults.add(FILE, format!("variables.{token}"), reason);
            }
            for (variable, template) in &component.variables {
                for other in template.names().filter(|used| *used != token && tokens.contains(*used)) {
                    let reason = format!("{other} is what another shows the bridge");
                    self.faults.add(FILE, format!("{variables}.{variable}"), reason);
                }
            }
            let asks = !stanza.client().grants().is_empty();
            if asks && !reaches {
                let reason = "nobody could use its grants: {{ bridge_url }} is not among them";
                self.faults.add(FILE, format!("component.{name}.allowed_outbound_hosts"), reason);
            }
        }
        let granted: BTreeSet<_> =
            self.clients().flat_map(|(_, client)| client.collections.into_keys()).collect();
        for (domain, declared) in self.domains {
            for collection in declared.collections.keys().filter(|name| !granted.contains(*name)) {
                let key = format!("collections.{collection}");
                self.faults.add(format!("functions/{domain}/domain.toml"), key, "nobody is granted it");
            }
        }
    }

    /// A grant is of something, and of a collection that there is; `key` is the table's.
    fn check_collections(
        &mut self,
        file: &str,
        key: &str,
        collections: &BTreeMap<CollectionName, BTreeSet<Access>>,
    ) {
        for (collection, access) in collections {
            let key = format!("{key}.{collection}");
            if access.is_empty() {
                self.faults.add(file, key.clone(), "grants nothing");
            }
            if !self.domains.values().any(|domain| domain.collections.contains_key(collection)) {
                self.faults.add(file, key, "no domain.toml declares it");
            }
        }
    }

    /// What is consumed is emitted, and what is emitted is consumed or published.
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
                        "nobody consumes {kind}, and functions/{domain}/domain.toml does not publish it"
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
                    let reason = format!("functions/{first}/domain.toml has a schedule of this name");
                    self.faults.add(&file, format!("schedules.{name}"), reason);
                }
                if !self.is_consumed(&schedule.emit) {
                    let reason = format!("nobody consumes {}", schedule.emit);
                    self.faults.add(&file, format!("schedules.{name}.emit"), reason);
                }
            }
        }
    }

    /// Each route has a caller, and each caller a route.
    fn check_routes(&mut self) {
        for (name, _, stanza) in self.stanzas.clone() {
            let routes: Vec<_> = self.manifest.routes_to(name).collect();
            let of = |audience| routes.iter().filter(move |route| route.audience() == audience);
            let is_component = |caller: &&Caller| matches!(caller, Caller::Component(_));
            let called_inside = stanza.callers.iter().any(|caller| is_component(&caller));
            let called_outside = stanza.callers.iter().any(|caller| !is_component(&caller));
            if of(Audience::Public).next().is_some() && !called_outside {
                self.fault(
                    name,
                    "callers",
                    "says who may call its public routes: anyone, user, service or a permission",
                );
            }
            if of(Audience::Public).next().is_none() && called_outside {
                self.fault(name, "callers", "it has no public route");
            }
            if of(Audience::Functions).next().is_some() && !called_inside {
                self.fault(name, "callers", "names the components that may call its routes below /internal/");
            }
            if of(Audience::Functions).next().is_none() && called_inside {
                self.fault(name, "callers", "it has no route below /internal/");
            }
            let events: BTreeSet<&str> = of(Audience::Bridge).map(|route| route.as_str()).collect();
            for subscription in stanza.consumes.keys() {
                if !events.contains(format!("/events/{subscription}").as_str()) {
                    let reason = format!("it has no route /events/{subscription}");
                    self.fault(name, &format!("consumes.{subscription}"), reason);
                }
            }
            for route in events {
                let subscription = route.trim_start_matches("/events/");
                if !stanza.consumes.contains_key(subscription) {
                    self.fault(name, "consumes", format!("nothing is delivered to its route {route}"));
                }
            }
        }
        for (route, target) in &self.manifest.routes {
            if matches!(target, Target::Static(_)) && route.audience() != Audience::Public {
                self.faults.add(
                    FILE,
                    "trigger.http.route",
                    format!("{route} is not public, and answers the same to all"),
                );
            }
            if route.is_wildcard() && route.audience() != Audience::Public {
                let reason = format!("{route} is not public, so each of its paths has a route of its own");
                self.faults.add(FILE, "trigger.http.route", reason);
            }
        }
    }

    /// Who is to know who calls has what to know it by.
    fn check_callers(&mut self) {
        for (name, component, stanza) in self.stanzas.clone() {
            let knows = component.variables.contains_key(TOKEN_KEY);
            let asking =
                stanza.callers.iter().find(|caller| matches!(caller, Caller::User | Caller::Permission(_)));
            if let Some(caller) = asking.filter(|_| !knows) {
                let reason =
                    format!("is missing: its callers are {caller}, whose tokens are checked with it");
                self.faults.add(FILE, format!("component.{name}.variables.{TOKEN_KEY}"), reason);
            }
        }
    }

    /// What a component may reach it can ask for, and whom it asks expects it.
    fn check_outbound_hosts(&mut self) {
        for (name, component, stanza) in self.stanzas.clone() {
            let key = format!("component.{name}.allowed_outbound_hosts");
            let known: BTreeSet<&str> = component.variables.values().flat_map(Template::names).collect();
            for entry in &component.allowed_outbound_hosts {
                for unknown in entry.names().filter(|variable| !known.contains(variable)) {
                    let reason =
                        format!("nobody may reach {{{{ {unknown} }}}}: the component has no variable of it");
                    self.faults.add(FILE, &key, reason);
                }
                if let Err(reason) = OutboundHost::of(entry, self.manifest) {
                    self.faults.add(FILE, &key, reason);
                }
            }
            for host in self.reaches(component) {
                let OutboundHost::Component(callee) = host else { continue };
                let callers = self.stanza(&callee).map(|stanza| &stanza.callers);
                if !callers.is_some_and(|callers| callers.contains(&Caller::Component(name.clone()))) {
                    self.fault(&callee, "callers", format!("{name} may reach it and is not among them"));
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
                        format!("{caller} may not reach it: see its allowed_outbound_hosts"),
                    );
                }
            }
        }
    }

    /// Where two routes can mean one path, the more particular one wins; which that is, only one `SpinApp` can tell.
    fn check_overlaps(&mut self) {
        let routes: Vec<(&Name, &Stanza, &Route)> = self
            .stanzas
            .iter()
            .flat_map(|(name, _, stanza)| {
                self.manifest.routes_to(name).map(move |route| (*name, *stanza, route))
            })
            .collect();
        for (n, (name, stanza, route)) in routes.iter().enumerate() {
            for (other, of_other, another) in routes.iter().skip(n + 1) {
                if stanza.app() != of_other.app() && route.overlaps(another) {
                    let reason =
                        format!("its route {another} can mean a path of {route}: deploy it with {name}");
                    self.fault(other, "app", reason);
                }
            }
        }
    }

    /// What is deployed together is one domain's, and what is needed is there.
    fn check_deployment(&mut self) {
        let mut apps: BTreeMap<&Name, &Name> = BTreeMap::new();
        for (name, component, stanza) in self.stanzas.clone() {
            let domain = apps.entry(stanza.app()).or_insert(&stanza.domain);
            if **domain != stanza.domain {
                let reason = format!("{} has components of {domain} already", stanza.app());
                self.fault(name, "app", reason);
            }
            let other = self.stanzas.iter().find(|(_, _, other)| other.app() == stanza.app());
            if other.is_some_and(|(_, _, other)| other.environments != stanza.environments) {
                let reason =
                    format!("differs from other components of {}: give it an app of its own", stanza.app());
                self.fault(name, "environments", reason);
            }
            if stanza.environments.is_empty() {
                self.fault(name, "environments", "it would be deployed nowhere");
            }
            for host in self.reaches(component) {
                let OutboundHost::Component(callee) = host else { continue };
                let there =
                    self.stanza(&callee).map(|stanza| stanza.environments.clone()).unwrap_or_default();
                let alone: Vec<&str> = stanza
                    .environments
                    .difference(&there)
                    .map(|environment: &Environment| environment.as_str())
                    .collect();
                if !alone.is_empty() {
                    let reason = format!("it calls {callee}, which is not deployed in {}", alone.join(", "));
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
                let its_own = self.stanzas.iter().any(|(_, _, stanza)| {
                    stanza.domain == *domain && stanza.consumes.contains_key(&queue.subscription)
                });
                if !its_own {
                    let reason =
                        format!("no component of {domain} has a subscription {}", queue.subscription);
                    self.faults.add(&file, "deploy.scale.queue.subscription", reason);
                }
            }
            if declared.deploy.memory.mebibytes() > declared.deploy.memory_limit.mebibytes() {
                self.faults.add(&file, "deploy.memory", "is more than its memory_limit");
            }
            if declared.deploy.connections < 4 {
                self.faults.add(&file, "deploy.connections", "must be at least 4");
            }
        }
    }

    fn declarations(self) -> Declarations {
        let collections = collections(self.domains, self.faults);
        let mut clients: BTreeMap<Name, Client> = self.clients().collect();
        // Those that are not declared are named already.
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
                let of_client = key.strip_prefix("clients.").and_then(|key| key.split_once('.'));
                let adapter =
                    of_client.and_then(|(client, key)| Some((self.adapters.get_key_value(client)?.0, key)));
                let (file, key) = match (adapter, of_client) {
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

    /// Everybody as the bridge knows them.
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
            .filter_map(|entry| OutboundHost::of(entry, self.manifest).ok())
            .collect()
    }
}
