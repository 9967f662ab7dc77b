//! `cargo xtask new orders/cancel-order`: creates an endpoint from the template that `spin add -t` uses too.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use application::{Application, Name};
use clap::Args;
use serde::Serialize;
use toml_edit::DocumentMut;

use crate::templates::render;

const TEMPLATE: &str = "templates/endpoint";

#[derive(Args)]
pub(crate) struct Options {
    /// Domain and name: `orders/cancel-order`.
    #[arg(value_name = "DOMAIN/NAME")]
    endpoint: String,
    /// Path that the endpoint serves; `/api/<name>` by default.
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
    /// Sentence that says what the endpoint does.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Collection that the endpoint may read.
    #[arg(long, value_name = "COLLECTION")]
    reads: Option<String>,
}

/// The template's parameters.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Parameters {
    project_name: Name,
    project_description: String,
    domain: Name,
    http_path: String,
    collection: String,
}

/// Creates the folder and the stanza. Changes nothing if either exists, if a parameter is malformed, or if the application
/// would be invalid.
pub(crate) fn create(root: &Path, options: &Options) -> anyhow::Result<()> {
    let parameters = parameters(options)?;
    let (domain, name) = (&parameters.domain, &parameters.project_name);
    let folder = format!("functions/{domain}/{name}");
    ensure!(!root.join(&folder).exists(), "{folder} already exists");
    let domain_file = format!("functions/{domain}/domain.toml");
    ensure!(
        root.join(&domain_file).is_file(),
        "{domain_file} is missing: create the domain by hand first, like an existing one"
    );

    let manifest = root.join("spin.toml");
    let text = std::fs::read_to_string(&manifest).context("spin.toml")?;
    let extended = extend(root, &text, &parameters)?;
    let contents = contents(root, &parameters)?;
    let created = write(root, &folder, contents, &extended).and_then(|()| check(root));
    if let Err(error) = created {
        std::fs::remove_dir_all(root.join(&folder)).with_context(|| folder.clone())?;
        std::fs::write(&manifest, text).context("spin.toml")?;
        return Err(error.context("no endpoint was created"));
    }
    println!("Created {folder} and its stanza in spin.toml. Next: cargo xtask generate");
    Ok(())
}

fn write(root: &Path, folder: &str, contents: Vec<(PathBuf, String)>, manifest: &str) -> anyhow::Result<()> {
    for (path, text) in contents {
        let place = root.join(folder).join(path);
        std::fs::create_dir_all(place.parent().unwrap_or(root))?;
        std::fs::write(&place, text).with_context(|| place.display().to_string())?;
    }
    std::fs::write(root.join("spin.toml"), manifest).context("spin.toml")
}

/// Checks that the application is valid, and that no other crate has the endpoint's name.
fn check(root: &Path) -> anyhow::Result<()> {
    Application::load(&root.join("spin.toml"))?;
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("cargo metadata")?;
    ensure!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr).trim_end());
    Ok(())
}

fn parameters(options: &Options) -> anyhow::Result<Parameters> {
    let (domain, name) =
        options.endpoint.split_once('/').context("must be DOMAIN/NAME, such as orders/cancel-order")?;
    let name = Name::parse(name)?;
    let http_path = options.path.clone().unwrap_or_else(|| format!("/api/{name}"));
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let is_plain = http_path.strip_prefix('/').is_some_and(|path| path.split('/').all(is_word));
    ensure!(is_plain, "{http_path} is not a path of lower-case words; add parameters by hand");
    let description = options.description.clone().unwrap_or_else(|| format!("Answers {http_path}."));
    ensure!(
        description.ends_with('.')
            && !description.contains(['"', '\\'])
            && !description.contains(char::is_control),
        "the description must be a sentence without quotes"
    );
    let collection = options.reads.clone().unwrap_or_default();
    ensure!(
        collection.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
        "{collection} is not a collection name"
    );
    let domain = Name::parse(domain)?;
    Ok(Parameters { project_name: name, project_description: description, domain, http_path, collection })
}

/// Adds the component's variable and stanza to the text of `spin.toml`, as `spin add` does.
fn extend(root: &Path, text: &str, parameters: &Parameters) -> anyhow::Result<String> {
    let name = &parameters.project_name;
    let mut document: DocumentMut = text.parse().context("spin.toml")?;
    if document.get("component").and_then(|components| components.get(name.as_str())).is_some() {
        bail!("spin.toml already has a component {name}");
    }
    let variables: DocumentMut = snippet(root, "variables.txt", parameters)?.parse()?;
    let known = document["variables"].as_table_mut().context("spin.toml has no [variables]")?;
    for (variable, declared) in variables.iter() {
        known.insert(variable, declared.clone());
    }
    Ok(format!(
        "{}\n{}",
        document.to_string().trim_end().to_owned() + "\n",
        snippet(root, "component.txt", parameters)?
    ))
}

fn snippet(root: &Path, file: &str, parameters: &Parameters) -> anyhow::Result<String> {
    let path = format!("{TEMPLATE}/metadata/snippets/{file}");
    let template = std::fs::read_to_string(root.join(&path)).with_context(|| path.clone())?;
    render(&path, &template, parameters)
}

/// Renders the files of the folder. The suffix `.tmpl` only keeps tools from reading the template.
fn contents(root: &Path, parameters: &Parameters) -> anyhow::Result<Vec<(PathBuf, String)>> {
    ["Cargo.toml.tmpl", "src/lib.rs"]
        .into_iter()
        .map(|file| {
            let path = format!("{TEMPLATE}/content/{file}");
            let template = std::fs::read_to_string(root.join(&path)).with_context(|| path.clone())?;
            Ok((PathBuf::from(file.trim_end_matches(".tmpl")), render(&path, &template, parameters)?))
        })
        .collect()
}
