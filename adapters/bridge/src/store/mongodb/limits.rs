use std::time::Duration;

/// How long the server may work on one command, and wait for a majority to have it.
pub(super) const COMMAND_TIME: Duration = Duration::from_secs(5);
