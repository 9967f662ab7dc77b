//! Renders Liquid templates: those of manifests, and those that `spin add -t` uses too.

use anyhow::Context as _;
use liquid::partials::{EagerCompiler, InMemorySource};
use liquid::{Parser, ParserBuilder};
use serde::Serialize;

const RULE: &str = include_str!("../templates/rule.liquid");

/// Renders a template. Fails if it uses a name that `values` lacks.
pub(crate) fn render(name: &str, template: &str, values: &impl Serialize) -> anyhow::Result<String> {
    let within = || format!("template {name}");
    let object = liquid::to_object(values).with_context(within)?;
    let rendered = parser()?.parse(template).and_then(|template| template.render(&object));
    rendered.with_context(within)
}

fn parser() -> anyhow::Result<Parser> {
    let mut partials = EagerCompiler::<InMemorySource>::empty();
    partials.add("rule", RULE.trim_end());
    Ok(ParserBuilder::with_stdlib().partials(partials).build()?)
}
