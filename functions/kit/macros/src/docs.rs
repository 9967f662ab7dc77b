use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of an item's documentation, its lines trimmed.
pub(crate) fn text(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(line);
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The first paragraph on one line, and the rest.
pub(crate) fn summary_and_description(text: &str) -> (String, String) {
    let (summary, description) = text.split_once("\n\n").unwrap_or((text, ""));
    (summary.replace('\n', " "), description.trim().to_owned())
}

fn line(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    }
}
