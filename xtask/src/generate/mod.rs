//! `cargo xtask generate`: generates files from `spin.toml`, `domain.toml` and the handlers.

mod app;
mod documents;
mod kubernetes;
mod mesh;
mod operations;
mod weights;

use std::path::Path;

use anyhow::bail;
use application::Application;

use crate::dashboards;
use crate::files::Files;

/// The folders of dashboards' sources and of Grafana's JSON.
const DASHBOARDS: [&str; 2] = ["k8s/observability/dashboards", "k8s/observability/base/grafana/dashboards"];

/// Writes all files. With `check`, fails instead if any is out of date.
pub(crate) fn generate(root: &Path, check: bool) -> anyhow::Result<()> {
    let application = Application::load(&root.join("spin.toml"))?;
    let write_or_check =
        |files: &Files| if check { fail_if_differing(root, files) } else { write(root, files) };

    // The program that reads the handlers' annotations is itself generated, so it comes first.
    let mut files = Files::default();
    documents::reader(root, &application, &mut files)?;
    write_or_check(&files)?;
    let said = documents::read(root)?;
    let operations = operations::parse(&application, &said)?;

    let mut files = Files::default();
    documents::openapi(&said, &mut files);
    documents::functions(&application, &operations, &mut files)?;
    kubernetes::manifests(&application, &mut files)?;
    mesh::manifests(&application, &operations, &mut files)?;
    weights::complete(root, &application, &mut files)?;
    render_dashboards(root, &mut files)?;
    write_or_check(&files)?;

    // The page's types are generated from the OpenAPI document, so it must have been written.
    let mut files = Files::default();
    documents::page_types(root, &mut files)?;
    write_or_check(&files)
}

fn write(root: &Path, files: &Files) -> anyhow::Result<()> {
    for path in files.write(root)? {
        println!("{}", path.display());
    }
    Ok(())
}

fn fail_if_differing(root: &Path, files: &Files) -> anyhow::Result<()> {
    let differing = files.differing(root)?;
    if differing.is_empty() {
        return Ok(());
    }
    let paths: Vec<String> = differing.iter().map(|path| path.display().to_string()).collect();
    bail!("out of date: run `cargo xtask generate`, which changes\n{}", paths.join("\n"))
}

fn render_dashboards(root: &Path, files: &mut Files) -> anyhow::Result<()> {
    let [sources, rendered] = DASHBOARDS;
    for entry in std::fs::read_dir(root.join(sources))? {
        let path = entry?.path();
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
        let json = dashboards::render(name, &std::fs::read_to_string(&path)?)?;
        files.add(format!("{rendered}/{name}.json"), json);
    }
    files.own(rendered);
    Ok(())
}
