//! `cargo xtask new orders/cancel-order`: a new endpoint, from the template that `spin add -t` uses as well.

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
    /// Its domain and its name: `orders/cancel-order`.
    #[arg(value_name = "DOMAIN/NAME")]
    endpoint: String,
    /// The path that it serves; `/api/<name>` by default.
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
    /// What it does, as a sentence.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// A collection that it is granted to read.
    #[arg(long, value_name = "COLLECTION")]
    reads: Option<String>,
}

/// The parameters of the template.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Parameters {
    project_name: Name,
    project_description: String,
    domain: Name,
    http_path: String,
    collection: String,
}

/// Lays folder and stanza. Nothing is left of them if either is there, if a parameter is malformed, or if the shop would not be
/// sound with them.
pub(crate) fn lay(root: &Path, options: &Options) -> anyhow::Result<()> {
    let parameters = parameters(options)?;
    let (domain, name) = (&parameters.domain, &parameters.project_name);
    let folder = format!("functions/{domain}/{name}");
    ensure!(!root.join(&folder).exists(), "{folder} is there already");
    let of_domain = format!("functions/{domain}/domain.toml");
    ensure!(
        root.join(&of_domain).is_file(),
        "{of_domain} is missing: a domain is laid by hand, like another one"
    );

    let manifest = root.join("spin.toml");
    let text = std::fs::read_to_string(&manifest).context("spin.toml")?;
    let extended = extend(root, &text, &parameters)?;
    let contents = contents(root, &parameters)?;
    let laid = write(root, &folder, contents, &extended).and_then(|()| check(root));
    if let Err(error) = laid {
        std::fs::remove_dir_all(root.join(&folder)).with_context(|| folder.clone())?;
        std::fs::write(&manifest, text).context("spin.toml")?;
        return Err(error.context("nothing was laid"));
    }
    println!("{folder} and its stanza in spin.toml are laid. Now: cargo xtask generate");
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

/// Whether the shop is sound with what was laid, and its name is no other crate's.
fn check(root: &Path) -> anyhow::Result<()> {
    Application::load(&root.join("spin.toml"))?;
    let read = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("cargo metadata")?;
    ensure!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr).trim_end());
    Ok(())
}

fn parameters(options: &Options) -> anyhow::Result<Parameters> {
    let (domain, name) =
        options.endpoint.split_once('/').context("name domain and endpoint: orders/cancel-order")?;
    let name = Name::parse(name)?;
    let http_path = options.path.clone().unwrap_or_else(|| format!("/api/{name}"));
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let is_plain = http_path.strip_prefix('/').is_some_and(|path| path.split('/').all(is_word));
    ensure!(is_plain, "{http_path} is not a path of lower-case words; parameters are added by hand");
    let description = options.description.clone().unwrap_or_else(|| format!("Answers {http_path}."));
    ensure!(
        description.ends_with('.')
            && !description.contains(['"', '\\'])
            && !description.contains(char::is_control),
        "the description is a sentence without quotes"
    );
    let collection = options.reads.clone().unwrap_or_default();
    ensure!(
        collection.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
        "{collection} is not the name of a collection"
    );
    let domain = Name::parse(domain)?;
    Ok(Parameters { project_name: name, project_description: description, domain, http_path, collection })
}

/// `spin.toml` with the component's variable and stanza, as `spin add` would leave it.
fn extend(root: &Path, text: &str, parameters: &Parameters) -> anyhow::Result<String> {
    let name = &parameters.project_name;
    let mut document: DocumentMut = text.parse().context("spin.toml")?;
    if document.get("component").and_then(|components| components.get(name.as_str())).is_some() {
        bail!("spin.toml has a component {name} already");
    }
    let variables: DocumentMut = snippet(root, "variables.txt", parameters)?.parse()?;
    let known = document["variables"].as_table_mut().context("spin.toml has no table of variables")?;
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

/// The files of the folder, rendered; the ending `.tmpl` only keeps tools away from a template.
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
