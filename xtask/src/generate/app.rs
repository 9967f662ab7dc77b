//! A `SpinApp` as the templates of manifests see it.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use application::{App, Application, Audience, Caller, Component, Name, OutboundHost, Route};
use serde::Serialize;

/// The Secret with values that are not secret but still come from outside, such as public keys.
pub(super) const PUBLIC_VALUES: &str = "public-values";

/// The values that templates use.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "templates branch on single flags")]
pub(super) struct AppView<'a> {
    pub(super) name: &'a str,
    components: Vec<&'a str>,
    cpu: String,
    memory: String,
    memory_limit: String,
    connections: u32,
    pending: u32,
    scale_cpu: Option<NonZeroU32>,
    scale_requests: Option<NonZeroU32>,
    scale_queue: Option<&'a str>,
    scale_messages: Option<NonZeroU32>,
    scale_by_cpu_alone: bool,
    /// The variables that must not be empty.
    required: Vec<&'a str>,
    /// The variables whose values are in the `ConfigMap`.
    configured: Vec<&'a str>,
    /// The variables whose values are in a Secret.
    pub(super) secrets: Vec<SecretRef<'a>>,
    pub(super) is_public: bool,
    /// Whether one of the routes is `/...`.
    serves_the_rest: bool,
    /// Whether the bridge delivers events to the app.
    pub(super) consumes: bool,
    /// Whether another app or the bridge calls the app.
    pub(super) is_called_inside: bool,
    /// The other `SpinApp`s that the app calls.
    pub(super) calls: Vec<&'a str>,
    asks_bridge: bool,
    external: Vec<External>,
    external_ports: Vec<u16>,
}

/// A variable whose value is in a Secret, under the variable's name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct SecretRef<'a> {
    pub(super) secret: String,
    pub(super) variable: &'a str,
}

/// A host outside the cluster.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct External {
    host: String,
    port: u16,
    /// The host as a resource name: `api-stripe-com`.
    name: String,
}

impl<'a> AppView<'a> {
    pub(super) fn new(application: &'a Application, app: &App<'a>) -> Self {
        let deploy = app.deploy;
        let scale = &deploy.scale;
        let components = || app.components.iter().map(|(_, component, _)| *component);
        let outbound: Vec<OutboundHost> = components().flat_map(|it| application.outbound(it)).collect();
        let routes: Vec<&Route> =
            app.components.iter().flat_map(|(name, ..)| application.routes_to(name)).collect();
        let external = external(&outbound);
        let (configured, secrets) = variables(application, app.name, components());
        let consumes = app.components.iter().any(|(_, _, stanza)| !stanza.consumes.is_empty());
        let is_called = app.components.iter().flat_map(|(_, _, stanza)| &stanza.callers).any(
            |caller| matches!(caller, Caller::Component(name) if application.app_of(name) != Some(app.name)),
        );
        Self {
            name: app.name,
            components: app.components.iter().map(|(name, ..)| name.as_str()).collect(),
            cpu: deploy.cpu.to_string(),
            memory: deploy.memory.to_string(),
            memory_limit: deploy.memory_limit.to_string(),
            connections: deploy.connections,
            pending: deploy.connections / 4,
            scale_cpu: scale.cpu,
            scale_requests: scale.requests,
            scale_queue: scale.queue.as_ref().map(|queue| queue.subscription.as_str()),
            scale_messages: scale.queue.as_ref().map(|queue| queue.messages),
            scale_by_cpu_alone: scale.requests.is_none() && scale.queue.is_none(),
            required: application.required_variables(components()).into_iter().collect(),
            configured,
            secrets,
            is_public: routes.iter().any(|route| route.audience() == Audience::Public),
            serves_the_rest: routes.iter().any(|route| route.as_str() == "/..."),
            consumes,
            is_called_inside: consumes || is_called,
            calls: calls(application, app.name, &outbound),
            asks_bridge: outbound.contains(&OutboundHost::Bridge),
            external_ports: external
                .iter()
                .map(|host| host.port)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            external,
        }
    }
}

/// The variables that components use: those in the `ConfigMap`, and those in Secrets.
fn variables<'a>(
    application: &'a Application,
    app: &Name,
    components: impl Iterator<Item = &'a Component>,
) -> (Vec<&'a str>, Vec<SecretRef<'a>>) {
    let needed: BTreeSet<&str> = components.flat_map(Component::needs).collect();
    let (outside, configured): (Vec<&str>, Vec<&str>) =
        needed.into_iter().partition(|name| application.variables[*name].needs_value());
    let secret = |variable: &'a str| {
        let secret = if application.variables[variable].secret {
            format!("{app}-secrets")
        } else {
            PUBLIC_VALUES.to_owned()
        };
        SecretRef { secret, variable }
    };
    (configured, outside.into_iter().map(secret).collect())
}

fn calls<'a>(application: &'a Application, app: &Name, outbound: &[OutboundHost]) -> Vec<&'a str> {
    let callees: BTreeSet<&Name> = outbound
        .iter()
        .filter_map(|host| match host {
            OutboundHost::Component(component) => application.app_of(component),
            _ => None,
        })
        .filter(|callee| *callee != app)
        .collect();
    callees.into_iter().map(Name::as_str).collect()
}

fn external(outbound: &[OutboundHost]) -> Vec<External> {
    let hosts: BTreeSet<External> = outbound
        .iter()
        .filter_map(|outbound| match outbound {
            OutboundHost::External(https) => Some(External {
                host: https.host().to_owned(),
                port: https.port(),
                name: https.host().replace('.', "-"),
            }),
            _ => None,
        })
        .collect();
    hosts.into_iter().collect()
}
