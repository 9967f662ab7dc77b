//! Manifests in `k8s/spinkube`: `SpinApp`s with their services, Secrets, and the bridge's configuration.

use std::collections::{BTreeMap, BTreeSet};

use application::{App, Application, Environment, Name, Sources, Subscription, Variables, token_variable};
use serde::Serialize;

use super::app::AppView;
use crate::files::Files;
use crate::templates::render;

const FUNCTIONS: &str = "k8s/spinkube/base/functions/generated";
const BRIDGE: &str = "k8s/spinkube/base/bridge/generated";
const SECRETS: &str = "k8s/spinkube/components/hosted/generated";
const FROM: &str = "spin.toml and functions/*/domain.toml";

/// The folder for what is particular to an environment.
fn overlay(environment: Environment) -> String {
    format!("k8s/spinkube/overlays/{environment}/generated")
}

/// The sources of an app's manifests.
fn sources(app: &App<'_>) -> String {
    format!("spin.toml and functions/{}/domain.toml", app.domain)
}

#[derive(Serialize)]
struct AppValues<'a> {
    app: &'a AppView<'a>,
}

pub(super) fn manifests(application: &Application, files: &mut Files) -> anyhow::Result<()> {
    let apps = application.apps();
    let (everywhere, somewhere): (Vec<&App<'_>>, Vec<&App<'_>>) =
        apps.iter().partition(|app| environments(app).len() == Environment::ALL.len());
    folder_of_apps(application, &everywhere, FUNCTIONS, files)?;
    configmap(application, files)?;
    for environment in Environment::ALL {
        let more: Vec<&App<'_>> =
            somewhere.iter().copied().filter(|app| environments(app).contains(&environment)).collect();
        let folder = overlay(environment);
        files.own(&folder);
        if !more.is_empty() {
            folder_of_apps(application, &more, &format!("{folder}/more"), files)?;
        }
        let resources = if more.is_empty() { "" } else { "resources:\n  - more\n" };
        let text = format!(
            "# What this environment has and others do not, and its name on everything.\n\
             apiVersion: kustomize.config.k8s.io/v1alpha1\n\
             kind: Component\n\
             {resources}labels:\n  - pairs:\n      mcommerce.dev/environment: {environment}\n"
        );
        files.add_headed(format!("{folder}/kustomization.yaml"), "spin.toml", &text);
    }
    secrets(application, &apps, files)?;
    bridge(application, files)
}

fn environments<'a>(app: &App<'a>) -> &'a BTreeSet<Environment> {
    // Loading checks that all components of an app are deployed in the same environments.
    &app.components[0].2.environments
}

/// Puts `SpinApp`s in a separate folder, because canaries consist of them alone.
fn folder_of_apps(
    application: &Application,
    apps: &[&App<'_>],
    folder: &str,
    files: &mut Files,
) -> anyhow::Result<()> {
    files.own(folder);
    for app in apps {
        let (view, from) = (AppView::new(application, app), sources(app));
        let values = AppValues { app: &view };
        let spin_app = render("app.yaml", include_str!("../../templates/app.yaml.liquid"), &values)?;
        files.add_headed(format!("{folder}/apps/{}.yaml", app.name), &from, &spin_app);
        let around = render("services.yaml", include_str!("../../templates/services.yaml.liquid"), &values)?;
        files.add_headed(format!("{folder}/{}.yaml", app.name), &from, &around);
    }
    let listed = |prefix: &str, more: &[&str]| {
        let names = apps.iter().map(|app| format!("{}.yaml", app.name));
        let names = names.chain(more.iter().map(|name| (*name).to_owned()));
        let lines: Vec<String> = names.map(|name| format!("  - {prefix}{name}")).collect();
        format!(
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n{}\n",
            lines.join("\n")
        )
    };
    files.add_headed(format!("{folder}/apps/kustomization.yaml"), "spin.toml", &listed("", &[]));
    let more: &[&str] = if folder == FUNCTIONS { &["apps", "configmap.yaml"] } else { &["apps"] };
    files.add_headed(format!("{folder}/kustomization.yaml"), "spin.toml", &listed("", more));
    Ok(())
}

/// The variables of functions: addresses in the cluster, and defaults of spin.toml for the rest. Overlays override them.
fn configmap(application: &Application, files: &mut Files) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Entry<'a> {
        name: &'a str,
        value: String,
    }
    #[derive(Serialize)]
    struct Entries<'a> {
        entries: Vec<Entry<'a>>,
    }
    let defaults = Variables::resolve(&application.variables, &Sources::default());
    let addresses = application.addresses();
    let value = |name: &str| -> anyhow::Result<String> {
        let value = match addresses.get(name).and_then(|component| application.app_of(component)) {
            Some(app) => format!("http://{app}-mesh.mcommerce.svc.cluster.local"),
            None if name == application::BRIDGE_URL => {
                "http://bridge.mcommerce-adapters.svc.cluster.local".to_owned()
            }
            None => defaults.get(name).unwrap_or_default().to_owned(),
        };
        Ok(serde_json::to_string(&value)?)
    };
    let read: BTreeSet<&str> =
        application.components.values().flat_map(application::Component::needs).collect();
    let entries = application
        .variables
        .iter()
        .filter(|(name, variable)| !variable.needs_value() && read.contains(name.as_str()))
        .map(|(name, _)| Ok(Entry { name, value: value(name)? }))
        .collect::<anyhow::Result<_>>()?;
    let text = render(
        "configmap.yaml",
        include_str!("../../templates/configmap.yaml.liquid"),
        &Entries { entries },
    )?;
    files.add_headed(format!("{FUNCTIONS}/configmap.yaml"), "spin.toml", &text);
    Ok(())
}

/// The `ExternalSecret`s of apps and bridge.
fn secrets(application: &Application, apps: &[App<'_>], files: &mut Files) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Entry {
        key: String,
        variable: String,
    }
    #[derive(Serialize)]
    struct Secret {
        name: String,
        namespace: &'static str,
        entries: Vec<Entry>,
    }
    #[derive(Serialize)]
    struct Secrets {
        secrets: Vec<Secret>,
    }
    let mut by_name: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for app in apps {
        for secret in AppView::new(application, app).secrets {
            by_name.entry(secret.secret).or_default().insert(secret.variable.to_owned());
        }
    }
    let mut secrets: Vec<Secret> = by_name
        .into_iter()
        .map(|(name, variables)| {
            let entries =
                variables.into_iter().map(|variable| Entry { key: variable.clone(), variable }).collect();
            Secret { name, namespace: "mcommerce", entries }
        })
        .collect();
    let token = |client: &Name| Entry {
        key: format!("MCOMMERCE_TOKEN_{}", client.snake_case().to_ascii_uppercase()),
        variable: token_variable(client),
    };
    let entries = application.declarations().clients().into_iter().map(token).collect();
    secrets.push(Secret { name: "bridge-tokens".to_owned(), namespace: "mcommerce-adapters", entries });
    let text =
        render("secrets.yaml", include_str!("../../templates/secrets.yaml.liquid"), &Secrets { secrets })?;
    files.own(SECRETS);
    files.add_headed(format!("{SECRETS}/secrets.yaml"), "spin.toml", &text);
    let kustomization =
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - secrets.yaml\n";
    files.add_headed(format!("{SECRETS}/kustomization.yaml"), "spin.toml", kustomization);
    Ok(())
}

/// The bridge's configuration, and the URLs of its consumers.
fn bridge(application: &Application, files: &mut Files) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct BridgeValues {
        function_urls: Vec<String>,
    }
    let consumers: BTreeSet<&Name> =
        application.declarations().subscriptions().iter().map(Subscription::function).collect();
    let url = |consumer: &&Name| {
        let url = match application.adapters().get(*consumer) {
            Some(adapter) => adapter.url.clone(),
            None => {
                format!("http://{}-mesh.mcommerce.svc.cluster.local", application.app_of(consumer)?)
            }
        };
        Some(format!("{consumer}={url}"))
    };
    let values = BridgeValues { function_urls: consumers.iter().filter_map(url).collect() };
    let text = render(
        "bridge-kustomization.yaml",
        include_str!("../../templates/bridge-kustomization.yaml.liquid"),
        &values,
    )?;
    files.own(BRIDGE);
    files.add_headed(format!("{BRIDGE}/kustomization.yaml"), "spin.toml", &text);
    let from = format!("{FROM} and adapters/*/adapter.toml");
    files.add_headed(format!("{BRIDGE}/bridge.toml"), &from, &application.declarations().to_toml());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPIN: &str = r#"
        spin_manifest_version = 2
        application = { name = "shop" }
        variables = { bank_key = { default = "", secret = true } }
        [trigger]
        http = [{ route = "/api/pay", component = "pay" }, { route = "/api/bank", component = "test-bank" }]
        [component.pay]
        description = "Pays."
        source = "pay.wasm"
        allowed_outbound_hosts = ["https://api.bank.example"]
        [component.pay.tool.mcommerce]
        domain = "payments"
        callers = ["anyone"]
        [component.test-bank]
        description = "Takes no money."
        source = "test_bank.wasm"
        variables = { key = "{{ bank_key }}" }
        [component.test-bank.tool.mcommerce]
        domain = "payments"
        app = "test-bank"
        callers = ["anyone"]
        environments = ["local", "staging"]
    "#;
    const DOMAIN: &str = r#"
        description = "Payments."
        deploy = { cpu = "1m", memory = "1Mi", memory_limit = "2Mi", connections = 8, scale = { cpu = 70 } }
    "#;

    fn generated() -> Files {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("functions/payments")).unwrap();
        std::fs::write(folder.path().join("functions/payments/domain.toml"), DOMAIN).unwrap();
        std::fs::write(folder.path().join("spin.toml"), SPIN).unwrap();
        let application = Application::load(&folder.path().join("spin.toml")).unwrap();
        let mut files = Files::default();
        manifests(&application, &mut files).unwrap();
        files
    }

    #[test]
    fn a_component_is_only_deployed_in_its_environments() {
        let files = generated();
        let base = files.text(&format!("{FUNCTIONS}/apps/kustomization.yaml")).unwrap();
        assert!(base.contains("pay") && !base.contains("test-bank"), "{base}");
        for (environment, deployed) in
            [(Environment::Local, true), (Environment::Staging, true), (Environment::Production, false)]
        {
            let overlay = overlay(environment);
            let listed = files.text(&format!("{overlay}/kustomization.yaml")).unwrap();
            assert_eq!(listed.contains("- more"), deployed, "{environment}");
            let app = files.text(&format!("{overlay}/more/apps/test-bank.yaml"));
            assert_eq!(
                app.is_some_and(|app| app.contains("components: [test-bank]")),
                deployed,
                "{environment}"
            );
        }
    }

    #[test]
    fn a_pod_gets_only_its_components_secrets_and_the_list_of_required_ones() {
        let files = generated();
        let bank = files.text(&format!("{}/more/apps/test-bank.yaml", overlay(Environment::Local))).unwrap();
        assert!(bank.contains("name: required_variables, value: \"bank_key\""), "{bank}");
        assert!(bank.contains("secretKeyRef: { name: test-bank-secrets, key: bank_key }"), "{bank}");
        assert!(!files.text(&format!("{FUNCTIONS}/apps/payments.yaml")).unwrap().contains("bank_key"));
    }

    #[test]
    fn an_outside_host_gets_a_network_policy_for_its_port() {
        let files = generated();
        let around = files.text(&format!("{FUNCTIONS}/payments.yaml")).unwrap();
        assert!(around.contains("name: payments-to-internet") && around.contains("port: 443"), "{around}");
    }
}
