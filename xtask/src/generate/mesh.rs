//! Manifests in `istio/`: routes, retries, policies and egress of each `SpinApp`.

use std::collections::{BTreeMap, BTreeSet};

use application::{
    App, Application, Audience, Caller, Grant, Name, OutboundHost, Retries, Route, Segment, Stanza, Stream,
};
use serde::Serialize;

use super::app::AppView;
use super::documents::is_public;
use super::operations::Operations;
use crate::files::Files;
use crate::templates::render;

const BASE: &str = "istio/base/generated";
const AMBIENT: &str = "istio/overlays/ambient/generated";

/// Idempotent requests are retried if the network fails; reads also if a pod is overloaded.
const UNBEGUN: &str = "connect-failure,refused-stream";
const NETWORK: &str = "connect-failure,refused-stream,reset";
const NETWORK_OR_FULL: &str = "connect-failure,refused-stream,reset,503";

/// A `SpinApp` as the mesh's template sees it.
#[derive(Serialize)]
struct MeshView<'a> {
    #[serde(flatten)]
    app: AppView<'a>,
    public_rules: Vec<Rule>,
    mesh_rules: Vec<Rule>,
    /// Paths with `{*}` for each parameter.
    public_paths: Vec<String>,
    /// The apps that call the app, with the routes that they call.
    called: Vec<Called>,
    event_paths: Vec<String>,
}

/// A rule of a `VirtualService`.
#[derive(Serialize)]
struct Rule {
    name: String,
    /// Regular expressions of paths. Empty to match all paths.
    matches: Vec<String>,
    /// `read`, `keyed` or `any`.
    methods: &'static str,
    attempts: u32,
    retry_on: &'static str,
    timeout: String,
}

#[derive(Serialize)]
struct Called {
    app: String,
    methods: Vec<String>,
    paths: Vec<String>,
}

pub(super) fn manifests(
    application: &Application,
    operations: &Operations,
    files: &mut Files,
) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Values<'a> {
        app: &'a MeshView<'a>,
    }
    files.own(BASE);
    let apps = application.apps();
    for app in &apps {
        let view = view(application, operations, app);
        let text =
            render("mesh.yaml", include_str!("../../templates/mesh.yaml.liquid"), &Values { app: &view })?;
        let from = format!("spin.toml, functions/{}/domain.toml and the handlers", app.domain);
        files.add_headed(format!("{BASE}/{}.yaml", app.name), &from, &text);
    }
    bridge(application, files)?;
    let lines: Vec<String> = apps.iter().map(|app| format!("  - {}.yaml", app.name)).collect();
    let kustomization = format!(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - bridge.yaml\n{}\n",
        lines.join("\n")
    );
    files.add_headed(format!("{BASE}/kustomization.yaml"), "spin.toml", &kustomization);
    ambient(application, &apps, files)
}

fn view<'a>(application: &'a Application, operations: &Operations, app: &App<'a>) -> MeshView<'a> {
    let routes: Vec<(&Name, &Stanza, &Route)> = app
        .components
        .iter()
        .flat_map(|(name, _, stanza)| application.routes_to(name).map(move |route| (*name, *stanza, route)))
        .collect();
    let routes_for = |audience| {
        routes.iter().filter(move |(_, _, route)| route.audience() == audience && !route.is_wildcard())
    };
    let public: Vec<&(&Name, &Stanza, &Route)> = routes_for(Audience::Public).collect();
    MeshView {
        public_rules: public_rules(app.name, operations, &public),
        mesh_rules: mesh_rules(app, &routes),
        public_paths: public.iter().map(|(_, _, route)| path_pattern(route)).collect(),
        called: called(application, operations, app),
        event_paths: routes_for(Audience::Bridge).map(|(_, _, route)| path_pattern(route)).collect(),
        app: AppView::new(application, app),
    }
}

/// Rules for requests from outside: first reads and requests with an Idempotency-Key, which are retried, then the rest.
fn public_rules(app: &Name, operations: &Operations, routes: &[&(&Name, &Stanza, &Route)]) -> Vec<Rule> {
    let paths = |wanted: &dyn Fn(&Name, &Stanza, &Route) -> bool| -> Vec<String> {
        routes
            .iter()
            .filter(|(name, stanza, route)| wanted(name, stanza, route))
            .map(|(_, _, it)| regex(it))
            .collect()
    };
    let reads = |name: &Name, route: &Route| operations.at(name, route).any(|it| it.method == "GET");
    // A streamed body can't be sent again.
    let keyed = |name: &Name, stanza: &Stanza, route: &Route| {
        operations.at(name, route).any(|it| it.keyed) && !stanza.streams.contains(&Stream::Body)
    };
    let never = |stanza: &Stanza| stanza.retries == Retries::Never;
    let rule = |name: &str, matches, methods, (attempts, retry_on), timeout: &str| Rule {
        name: format!("{app}{name}"),
        matches,
        methods,
        attempts,
        retry_on,
        timeout: timeout.to_owned(),
    };
    let retried = paths(&|name, stanza, it| !never(stanza) && reads(name, it));
    let not_retried = paths(&|name, stanza, it| never(stanza) && reads(name, it));
    let lost = paths(&|name, stanza, it| stanza.retries == Retries::Lost && keyed(name, stanza, it));
    let unbegun = paths(&|name, stanza, it| stanza.retries == Retries::Unbegun && keyed(name, stanza, it));
    let rules = [
        rule("-read", retried, "read", (2, NETWORK_OR_FULL), "15s"),
        rule("-once", not_retried, "read", (0, ""), "15s"),
        rule("-keyed", lost, "keyed", (1, NETWORK), "30s"),
        rule("-keyed-unbegun", unbegun, "keyed", (1, UNBEGUN), "30s"),
        rule("", paths(&|_, _, _| true), "any", (0, ""), "30s"),
    ];
    rules.into_iter().filter(|rule| !rule.matches.is_empty()).collect()
}

/// Rules for callers within the mesh. The last one matches everything, even what no caller should request.
fn mesh_rules(app: &App<'_>, routes: &[(&Name, &Stanza, &Route)]) -> Vec<Rule> {
    let internal: Vec<String> = routes
        .iter()
        .filter(|(_, _, route)| route.audience() == Audience::Functions)
        .map(|(_, _, route)| regex(route))
        .collect();
    let mut rules = Vec::new();
    if !internal.is_empty() {
        let (name, timeout) = (format!("{}-internal", app.name), "10s".to_owned());
        rules.push(Rule { name, matches: internal, methods: "any", attempts: 1, retry_on: NETWORK, timeout });
    }
    for (_, _, stanza) in &app.components {
        for (subscription, consumption) in &stanza.consumes {
            rules.push(Rule {
                name: format!("{}-{subscription}", app.name),
                matches: vec![format!("/events/{subscription}/?")],
                methods: "any",
                attempts: 0,
                retry_on: "",
                timeout: String::from(consumption.timeout),
            });
        }
    }
    let (name, timeout) = (format!("{}-mesh", app.name), "30s".to_owned());
    rules.push(Rule { name, matches: Vec::new(), methods: "any", attempts: 0, retry_on: "", timeout });
    rules
}

/// The apps that may call an app's routes below `/internal/`.
fn called(application: &Application, operations: &Operations, app: &App<'_>) -> Vec<Called> {
    let mut by_caller: BTreeMap<&Name, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    for (name, _, stanza) in &app.components {
        for caller in &stanza.callers {
            let Caller::Component(caller) = caller else { continue };
            let Some(caller) = application.app_of(caller) else { continue };
            let (methods, paths) = by_caller.entry(caller).or_default();
            for route in application.routes_to(name).filter(|route| route.audience() == Audience::Functions) {
                methods.extend(operations.methods(name, route).into_iter().map(str::to_owned));
                paths.insert(path_pattern(route));
            }
        }
    }
    by_caller
        .into_iter()
        .map(|(app, (methods, paths))| Called {
            app: app.to_string(),
            methods: methods.into_iter().collect(),
            paths: paths.into_iter().collect(),
        })
        .collect()
}

/// Policies for the bridge: who may call it, and whom it may call.
fn bridge(application: &Application, files: &mut Files) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct View {
        granted: BTreeSet<String>,
        blobs: BTreeSet<String>,
        watching: BTreeSet<String>,
        consumers: BTreeSet<String>,
    }
    let principal = |client: &Name| match application.app_of(client) {
        Some(app) => format!("cluster.local/ns/mcommerce/sa/{app}"),
        None => format!("cluster.local/ns/mcommerce-adapters/sa/{client}"),
    };
    let declarations = application.declarations();
    let has_blobs =
        |grants: &application::Grants| grants.iter().any(|grant| matches!(grant, Grant::Blobs(_)));
    let is_granted = |name: &Name| declarations.granted().any(|(client, _)| client == name);
    let view = View {
        granted: declarations.granted().map(|(client, _)| principal(client)).collect(),
        blobs: declarations
            .granted()
            .filter(|(_, grants)| has_blobs(grants))
            .map(|(client, _)| principal(client))
            .collect(),
        watching: application
            .stanzas()
            .filter(|(name, component, _)| {
                !is_granted(name) && application.outbound(component).contains(&OutboundHost::Bridge)
            })
            .map(|(name, ..)| principal(name))
            .collect(),
        consumers: declarations
            .subscriptions()
            .iter()
            .filter_map(|subscription| application.app_of(subscription.function()))
            .map(ToString::to_string)
            .collect(),
    };
    let text = render("mesh-bridge.yaml", include_str!("../../templates/mesh-bridge.yaml.liquid"), &view)?;
    files.add_headed(format!("{BASE}/bridge.yaml"), "spin.toml", &text);
    Ok(())
}

/// Identities and policies for a mesh without sidecars.
fn ambient(application: &Application, apps: &[App<'_>], files: &mut Files) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct View<'a> {
        apps: Vec<AppView<'a>>,
        bridge_rules: Vec<usize>,
    }
    let declarations = application.declarations();
    let has_blobs =
        declarations.granted().any(|(_, grants)| grants.iter().any(|grant| matches!(grant, Grant::Blobs(_))));
    let is_watched = application.stanzas().any(|(name, component, _)| {
        application.outbound(component).contains(&OutboundHost::Bridge)
            && !declarations.granted().any(|(client, _)| client == name)
    });
    let rules = 2 + usize::from(has_blobs) + usize::from(is_watched);
    let apps = apps.iter().map(|app| AppView::new(application, app)).collect();
    let view = View { apps, bridge_rules: (0..rules).collect() };
    let identities = render("ambient.yaml", include_str!("../../templates/ambient.yaml.liquid"), &view)?;
    let kustomization = include_str!("../../templates/ambient-kustomization.yaml.liquid");
    files.own(AMBIENT);
    files.add_headed(format!("{AMBIENT}/identities.yaml"), "spin.toml", &identities);
    let kustomization = render("ambient-kustomization.yaml", kustomization, &view)?;
    files.add_headed(format!("{AMBIENT}/kustomization.yaml"), "spin.toml", &kustomization);
    Ok(())
}

/// A path pattern for an `AuthorizationPolicy`: `/api/orders/{*}`.
fn path_pattern(route: &Route) -> String {
    route
        .segments()
        .iter()
        .map(|segment| match segment {
            Segment::Word(word) => format!("/{word}"),
            Segment::Parameter(_) => "/{*}".to_owned(),
        })
        .collect()
}

/// A regular expression for a `VirtualService`, with an optional trailing slash: `/api/orders/[^/]+/?`.
fn regex(route: &Route) -> String {
    let path: String = route
        .segments()
        .iter()
        .map(|segment| match segment {
            Segment::Word(word) => format!("/{}", word.replace('.', r"\.")),
            Segment::Parameter(_) => "/[^/]+".to_owned(),
        })
        .collect();
    path + "/?"
}

/// The `SpinApp`s that have public routes.
pub(super) fn public_apps(application: &Application) -> BTreeSet<String> {
    let public = |app: &App<'_>| app.components.iter().any(|(name, ..)| is_public(application, name));
    application.apps().iter().filter(|app| public(app)).map(|app| app.name.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_match_literally_and_parameters_match_one_segment() {
        let route = Route::parse("/api/:id/keys.json").unwrap();
        assert_eq!(path_pattern(&route), "/api/{*}/keys.json");
        assert_eq!(regex(&route), r"/api/[^/]+/keys\.json/?");
    }
}
