use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Has events written to standard error from now on, each as one line of JSON.
///
/// Which ones is said by the environment's `variable` as `info,lapin=off`: a level for all, or for a module and what is
/// below it. Where that says nothing, or what can't be read, `otherwise` holds.
///
/// # Panics
///
/// If `otherwise` can't be read, or if this was done before.
pub fn log_to_stderr(variable: &str, otherwise: &str) {
    let said = std::env::var(variable).ok().and_then(|said| said.parse().ok());
    let wanted: Targets =
        said.unwrap_or_else(|| otherwise.parse().expect("what is logged by default is readable"));
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines.with_filter(wanted)).init();
}
