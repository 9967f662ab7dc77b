use mcommerce_telemetry::SpanExt as _;
use protocol::CollectionName;
use tracing::Span;

/// Records in the request's span which collections it is about, and a summary. Costs a branch unless spans are
/// exported.
pub(super) fn describe<'a>(
    operation: &'static str,
    collections: impl Iterator<Item = &'a CollectionName>,
    summary: impl FnOnce() -> String,
) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    span.record("db.operation.name", operation);
    span.record("db.query.summary", summary());
    let names: Vec<&str> = collections.map(CollectionName::as_str).collect();
    // The semantic conventions define the attribute for one collection only.
    match names.as_slice() {
        [] => {}
        [first, others @ ..] if others.iter().all(|other| other == first) => {
            span.record("db.collection.name", first);
            span.rename(|| format!("{operation} {first}"));
        }
        several => {
            span.record("db.collection.name", several.join(","));
        }
    }
}
