use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterExt as _, LevelFilter, Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The variable that says what is logged.
const VARIABLE: &str = "LOG_LEVEL";

/// Logs to standard error from now on, one line of JSON an event, without exporting spans.
///
/// `LOG_LEVEL` says what is logged, as `info,lapin=off`: a level for everything, or for a module and those below it.
/// If it is not set or can't be parsed, `default` holds.
///
/// # Panics
///
/// If `default` can't be parsed, or if the process logs already.
pub fn log_to_stderr(default: &str) {
    tracing_subscriber::registry().with(lines(default)).init();
}

/// Writes events as lines. Spans are not enabled here: without an exporter nobody reads them.
pub(crate) fn lines<S>(default: &str) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let set = std::env::var(VARIABLE).ok().and_then(|value| value.parse().ok());
    let wanted: Targets = set.unwrap_or_else(|| default.parse().expect("the default log level is valid"));
    let events = filter_fn(is_event).with_max_level_hint(LevelFilter::TRACE);
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(std::io::stderr)
        .with_filter(wanted.and(events))
}

fn is_event(metadata: &Metadata<'_>) -> bool {
    metadata.is_event()
}
