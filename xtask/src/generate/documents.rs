//! What the endpoints' signatures say, and the documents that follow: OpenAPI, the page's types, `docs/functions.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use application::{Application, Audience, Name, Target};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::operations::Operations;
use crate::files::Files;
use crate::templates::render;

const READER: &str = "tests/openapi";
const DOCUMENT: &str = "docs/api/openapi.json";
const PAGE_TYPES: &str = "frontend/src/api/schema.d.ts";
const FROM: &str = "spin.toml and functions/*/*/Cargo.toml";

/// What the program `openapi` prints.
#[derive(Deserialize)]
pub(crate) struct Said {
    /// The text of the public document.
    pub(crate) public: String,
    pub(crate) components: BTreeMap<Name, SaidOfComponent>,
}

/// What the signatures of a component's endpoints say.
#[derive(Deserialize)]
pub(crate) struct SaidOfComponent {
    /// The OpenAPI document of all its endpoints.
    pub(crate) document: Value,
    /// The variables that it reads, and whether each must be secret.
    pub(crate) variables: BTreeMap<String, bool>,
    pub(crate) emits: BTreeSet<String>,
    /// The types of events that are delivered to each path.
    pub(crate) consumes: BTreeMap<String, BTreeSet<String>>,
}

/// The program that reads the signatures: it has a module for each component, and all their dependencies.
pub(super) fn reader(root: &Path, application: &Application, files: &mut Files) -> anyhow::Result<()> {
    let mut modules = String::new();
    let mut documents = String::new();
    let mut dependencies = BTreeSet::from(
        ["application", "kit", "serde", "serde_json", "thiserror", "utoipa"]
            .map(|name| format!("{name}.workspace = true")),
    );
    for (name, _, stanza) in application.stanzas() {
        let (module, folder) = (name.snake_case(), format!("functions/{}/{name}", stanza.domain));
        write!(
            modules,
            "#[path = \"../../../{folder}/src/lib.rs\"]\n\
             #[allow(dead_code, unused_imports, unreachable_pub, reason = \"only signatures are read\")]\n\
             mod {module};\n"
        )?;
        writeln!(documents, "        (\"{name}\", {module}::describe()),")?;
        let manifest = format!("{folder}/Cargo.toml");
        let text = std::fs::read_to_string(root.join(&manifest)).with_context(|| manifest.clone())?;
        let manifest: toml::Table = text.parse().with_context(|| manifest.clone())?;
        let own = manifest.get("dependencies").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        for (dependency, wanted) in own.into_iter().filter(|(dependency, _)| dependency != "spin-sdk") {
            let of_workspace = wanted.get("workspace").and_then(toml::Value::as_bool) == Some(true);
            let line = if of_workspace && wanted.as_table().is_some_and(|table| table.len() == 1) {
                format!("{dependency}.workspace = true")
            } else {
                format!("{dependency} = {wanted}")
            };
            dependencies.insert(line);
        }
    }
    let count = application.stanzas().count();
    let text = format!(
        "// Generated from {FROM} by `cargo xtask generate`.\n\n\
         //! The components' modules. Code that only a component uses is dead here.\n\n\
         use kit::describe::Component;\n\n{modules}\n\
         /// What the signatures of each component's endpoints say.\n\
         pub(crate) fn components() -> [(&'static str, Component); {count}] {{\n    [\n{documents}    ]\n}}\n"
    );
    files.add(format!("{READER}/src/functions.rs"), text);
    let manifest = format!(
        "[package]\n\
         name = \"openapi\"\n\
         description = \"The OpenAPI document, read from the endpoints' signatures.\"\n\
         version.workspace = true\n\
         edition.workspace = true\n\
         rust-version.workspace = true\n\
         license.workspace = true\n\
         publish.workspace = true\n\n\
         [dependencies]\n{}\n\n\
         [lints]\n\
         workspace = true\n",
        dependencies.into_iter().collect::<Vec<_>>().join("\n")
    );
    files.add_headed(format!("{READER}/Cargo.toml"), FROM, &manifest);
    Ok(())
}

/// Runs that program.
pub(super) fn read(root: &Path) -> anyhow::Result<Said> {
    let output = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
        .args(["run", "--quiet", "-p", "openapi", "--", "spin.toml"])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .context("cargo can't be run")?;
    ensure!(output.status.success(), "the endpoints' signatures can't be read: see above");
    serde_json::from_slice(&output.stdout).context("what the program `openapi` printed")
}

/// The OpenAPI document.
pub(super) fn openapi(said: &Said, files: &mut Files) {
    files.add(DOCUMENT, said.public.clone() + "\n");
}

/// The page's types, by the page's own tool.
pub(super) fn page_types(root: &Path, files: &mut Files) -> anyhow::Result<()> {
    let tool = root.join("frontend/node_modules/.bin/openapi-typescript");
    ensure!(tool.is_file(), "the page's packages are missing: run `npm ci` in frontend");
    let output = Command::new(tool)
        .arg(root.join(DOCUMENT))
        .current_dir(root.join("frontend"))
        .stderr(Stdio::inherit())
        .output()
        .context("openapi-typescript can't be run")?;
    ensure!(output.status.success(), "openapi-typescript failed: see above");
    files.add(PAGE_TYPES, String::from_utf8(output.stdout)?);
    Ok(())
}

#[derive(Serialize)]
struct DomainRow<'a> {
    name: &'a str,
    description: &'a str,
    collections: Vec<String>,
    schedules: Vec<String>,
    publishes: Vec<String>,
    components: Vec<ComponentRow<'a>>,
}

#[derive(Serialize)]
struct ComponentRow<'a> {
    name: &'a str,
    description: &'a str,
    routes: Vec<String>,
    callers: Vec<String>,
    grants: Vec<String>,
    emits: Vec<String>,
    consumes: Vec<String>,
}

/// A variable of the application, which sets variables of components.
#[derive(Serialize)]
struct VariableRow<'a> {
    name: &'a str,
    description: &'a str,
    default: String,
    secret: &'static str,
    components: Vec<String>,
}

/// `docs/functions.md`.
pub(super) fn functions(
    application: &Application,
    operations: &Operations,
    files: &mut Files,
) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Rows<'a> {
        domains: Vec<DomainRow<'a>>,
        variables: Vec<VariableRow<'a>>,
    }
    let code = |text: &dyn std::fmt::Display| format!("`{text}`");
    let domains = application.domains().iter().map(|(name, domain)| DomainRow {
        name,
        description: &domain.description,
        collections: domain.collections.keys().map(|name| code(name)).collect(),
        schedules: domain
            .schedules
            .values()
            .map(|schedule| format!("`{}` every {}", schedule.emit, String::from(schedule.every)))
            .collect(),
        publishes: domain.publishes.iter().map(|kind| code(kind)).collect(),
        components: application
            .stanzas()
            .filter(|(_, _, stanza)| stanza.domain == *name)
            .map(|(name, component, stanza)| ComponentRow {
                name,
                description: &component.description,
                routes: routes(application, operations, name),
                callers: callers(stanza),
                grants: stanza
                    .collections
                    .iter()
                    .map(|(collection, access)| {
                        let words: Vec<&str> = access.iter().map(|access| access.as_str()).collect();
                        format!("`{collection}`: {}", words.join(", "))
                    })
                    .chain(stanza.blobs.iter().map(|access| format!("blobs: {}", access.as_str())))
                    .collect(),
                emits: stanza.emits.iter().map(|kind| code(kind)).collect(),
                consumes: stanza.consumes.values().flat_map(|it| &it.events).map(|kind| code(kind)).collect(),
            })
            .collect(),
    });
    let variables = application.variables.iter().map(|(name, variable)| VariableRow {
        name,
        description: &variable.description,
        default: match variable.default.as_deref() {
            None | Some("") => "required".to_owned(),
            Some(default) => format!("`{default}`"),
        },
        secret: if variable.secret { "yes" } else { "" },
        components: application
            .stanzas()
            .filter(|(_, component, _)| component.needs().contains(name.as_str()))
            .map(|(component, _, _)| component.to_string())
            .collect(),
    });
    let rows = Rows { domains: domains.collect(), variables: variables.collect() };
    let text = render("functions.md", include_str!("../../templates/functions.md.liquid"), &rows)?;
    let header = "<!-- Generated from spin.toml, functions/*/domain.toml and the handlers by `cargo xtask generate`. -->";
    files.add("docs/functions.md", format!("{header}\n\n{}\n", text.trim()));
    Ok(())
}

fn routes(application: &Application, operations: &Operations, component: &Name) -> Vec<String> {
    application
        .routes
        .iter()
        .filter(|(_, target)| matches!(target, Target::Component(name) if name == component))
        .map(|(route, _)| format!("{} `{route}`", operations.methods(component, route).join(" ")))
        .collect()
}

fn callers(stanza: &application::Stanza) -> Vec<String> {
    let named = stanza.callers.iter().map(ToString::to_string);
    let bridge = (!stanza.consumes.is_empty()).then(|| "the bridge".to_owned());
    named.chain(bridge).collect()
}

/// Whether anything of a component is for the outside.
pub(super) fn is_public(application: &Application, component: &Name) -> bool {
    application.routes_to(component).any(|route| route.audience() == Audience::Public)
}
