//! Traffic weights of canaries. Operators set the weights; the generator adds and removes apps.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use application::{Application, Environment};
use serde::Serialize;

use super::mesh::public_apps;
use crate::files::Files;
use crate::templates::render;

const COMPONENT: &str = "istio/components/weights/kustomization.yaml";

/// Writes the component that copies weights into rules, and completes the weights of each environment. New apps get 100 for
/// stable and 0 for the canary.
pub(super) fn complete(root: &Path, application: &Application, files: &mut Files) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Track {
        name: &'static str,
        index: u8,
    }
    #[derive(Serialize)]
    struct WeightedApp {
        name: String,
        is_public: bool,
    }
    #[derive(Serialize)]
    struct View {
        apps: Vec<WeightedApp>,
        tracks: [Track; 2],
    }
    let public = public_apps(application);
    let apps: Vec<WeightedApp> = application
        .apps()
        .iter()
        .map(|app| WeightedApp { name: app.name.to_string(), is_public: public.contains(app.name.as_str()) })
        .collect();
    let names: Vec<String> = apps.iter().map(|app| app.name.clone()).collect();
    let view =
        View { apps, tracks: [Track { name: "stable", index: 0 }, Track { name: "canary", index: 1 }] };
    let text = render("weights.yaml", include_str!("../../templates/weights.yaml.liquid"), &view)?;
    files.add_headed(COMPONENT, "spin.toml", &text);
    for environment in Environment::ALL {
        let path = format!("istio/overlays/{environment}/weights.yaml");
        let text = std::fs::read_to_string(root.join(&path)).with_context(|| path.clone())?;
        files.add(&path, completed(&text, &names));
    }
    Ok(())
}

/// Keeps the documents of existing apps, adds missing ones and removes the rest.
fn completed(text: &str, apps: &[String]) -> String {
    let (header, documents) = match text.find("apiVersion:") {
        Some(start) => text.split_at(start),
        None => (text, ""),
    };
    let name = |document: &str| {
        document.lines().find_map(|line| line.strip_prefix("  name: ")).unwrap_or_default().to_owned()
    };
    let known: BTreeMap<String, &str> =
        documents.split("\n---\n").map(|document| (name(document), document.trim_end())).collect();
    let document = |app: &String| match known.get(app) {
        Some(document) => (*document).to_owned(),
        None => format!(
            "apiVersion: mcommerce.dev/v1\nkind: CanaryWeights\nmetadata:\n  name: {app}\n  annotations:\n    \
             # For kustomize alone: no cluster ever sees it.\n    config.kubernetes.io/local-config: \"true\"\n\
             stable: 100\ncanary: 0"
        ),
    };
    let documents: Vec<String> = apps.iter().map(document).collect();
    format!("{header}{}\n", documents.join("\n---\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Why.\napiVersion: mcommerce.dev/v1\nkind: CanaryWeights\nmetadata:\n  name: orders\nstable: 95\ncanary: 5\n";

    #[test]
    fn weights_are_kept_while_apps_are_added_and_removed() {
        let both = completed(TEXT, &["orders".to_owned(), "search".to_owned()]);
        assert!(both.starts_with(TEXT.trim_end()), "{both}");
        assert!(both.contains(
            "\n---\napiVersion: mcommerce.dev/v1\nkind: CanaryWeights\nmetadata:\n  name: search\n"
        ));
        assert_eq!(completed(&both, &["orders".to_owned()]), TEXT);
    }
}
