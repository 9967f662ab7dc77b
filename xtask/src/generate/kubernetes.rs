//! Manifests of `k8s/spinkube`: `SpinApp`s, what stands around each, their Secrets, and what the bridge is told.

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

/// What an environment is given beside what all are.
fn overlay(environment: Environment) -> String {
    format!("k8s/spinkube/overlays/{environment}/generated")
}

/// The file that says of an app what its pods are like.
fn from(app: &App<'_>) -> String {
    format!("spin.toml and functions/{}/domain.toml", app.domain)
}

#[derive(Serialize)]
struct OfApp<'a> {
    app: &'a AppView<'a>,
}

/// All of them.
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
    // Components of one app are deployed in the same environments, which was checked.
    &app.components[0].2.environments
}

/// `SpinApp`s are in a folder of their own, because a canary is made of them alone.
fn folder_of_apps(
    application: &Application,
    apps: &[&App<'_>],
    folder: &str,
    files: &mut Files,
) -> anyhow::Result<()> {
    files.own(folder);
    for app in apps {
        let (view, from) = (AppView::of(application, app), from(app));
        let of = OfApp { app: &view };
        let spin_app = render("app.yaml", include_str!("../../templates/app.yaml.liquid"), &of)?;
        files.add_headed(format!("{folder}/apps/{}.yaml", app.name), &from, &spin_app);
        let around = render("services.yaml", include_str!("../../templates/services.yaml.liquid"), &of)?;
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

/// What functions are told: addresses as the cluster has them, for the rest what spin.toml says. Overlays say more.
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

/// Where each environment's secrets come from.
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
        for secret in AppView::of(application, app).secrets {
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

/// What the bridge is told.
fn bridge(application: &Application, files: &mut Files) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Told {
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
    let told = Told { function_urls: consumers.iter().filter_map(url).collect() };
    let text = render(
        "bridge-kustomization.yaml",
        include_str!("../../templates/bridge-kustomization.yaml.liquid"),
        &told,
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
    fn a_component_is_deployed_in_its_environments_alone() {
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
    fn a_pod_is_given_the_secrets_of_its_own_components_and_told_which_it_needs() {
        let files = generated();
        let bank = files.text(&format!("{}/more/apps/test-bank.yaml", overlay(Environment::Local))).unwrap();
        assert!(bank.contains("name: required_variables, value: \"bank_key\""), "{bank}");
        assert!(bank.contains("secretKeyRef: { name: test-bank-secrets, key: bank_key }"), "{bank}");
        assert!(!files.text(&format!("{FUNCTIONS}/apps/payments.yaml")).unwrap().contains("bank_key"));
    }

    #[test]
    fn a_host_on_the_internet_is_reached_through_a_policy_of_its_port() {
        let files = generated();
        let around = files.text(&format!("{FUNCTIONS}/payments.yaml")).unwrap();
        assert!(around.contains("name: payments-to-internet") && around.contains("port: 443"), "{around}");
    }
}
