use std::collections::BTreeMap;
use std::time::Duration;

use protocol::EventType;
use serde::Deserialize;

use super::period::Period;
use super::{ConfigError, is_name};

const FILE: &str = "schedules.toml";

/// An event that is emitted on a clock. Ticks are counted from the Unix epoch, so all bridges agree on them.
#[derive(Clone, Debug)]
pub struct Schedule {
    name: String,
    every: Duration,
    emit: EventType,
}

/// All schedules.
#[derive(Clone, Debug, Default)]
pub struct Schedules(Vec<Schedule>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    every: Period,
    emit: EventType,
}

impl Schedule {
    /// Its name, which is the subject of its events.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The time between two ticks.
    pub fn every(&self) -> Duration {
        self.every
    }

    /// The type of its events.
    pub fn emit(&self) -> &EventType {
        &self.emit
    }
}

impl Schedules {
    /// Parses `schedules.toml`.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let entries: BTreeMap<String, Entry> =
            toml::from_str(text).map_err(|error| ConfigError::invalid(FILE, error.to_string()))?;
        entries
            .into_iter()
            .map(|(name, entry)| {
                if !is_name(&name) {
                    return Err(ConfigError::invalid(FILE, format!("{name:?} is no name")));
                }
                Ok(Schedule { name, every: entry.every.0, emit: entry.emit })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Each schedule.
    pub fn iter(&self) -> impl Iterator<Item = &Schedule> {
        self.0.iter()
    }
}
