//! Who consumes which events, and how they are delivered.

use std::time::Duration;

use protocol::EventType;
use serde::{Deserialize, Serialize};

use crate::{Name, Period};

const MAX_ATTEMPTS: u32 = 100;
const MAX_CONCURRENCY: u16 = 64;

/// How events reach one consumer, as its stanza says. The subscription's name is the key of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consumption {
    /// The types that it consumes.
    pub events: Vec<EventType>,
    /// How often an event is posted before it is parked among the dead letters.
    pub attempts: u32,
    /// How long to wait after the first attempt; doubled after each further one.
    pub first_delay: Period,
    /// The longest wait between two attempts.
    pub longest_delay: Period,
    /// How long one attempt may take.
    pub timeout: Period,
    /// How many events one bridge posts at a time.
    pub concurrency: u16,
}

/// A consumption by name and consumer, its limits checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    name: Name,
    path: String,
    function: Name,
    consumption: Consumption,
}

/// Every subscription, in the order of their consumers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscriptions(Vec<Subscription>);

/// Why a consumption was refused: the key, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {reason}")]
pub struct ConsumptionError {
    /// Which key.
    pub key: &'static str,
    /// What is wrong.
    pub reason: &'static str,
}

impl Subscription {
    /// What `function` consumes under the name `name`.
    pub fn new(name: Name, function: Name, consumption: Consumption) -> Result<Self, ConsumptionError> {
        let refused = |key, reason| Err(ConsumptionError { key, reason });
        if consumption.events.is_empty() {
            return refused("events", "at least one is needed");
        }
        if !(1..=MAX_ATTEMPTS).contains(&consumption.attempts) {
            return refused("attempts", "must be 1 to 100");
        }
        if consumption.first_delay > consumption.longest_delay {
            return refused("first_delay", "must not be longer than longest_delay");
        }
        if !(1..=MAX_CONCURRENCY).contains(&consumption.concurrency) {
            return refused("concurrency", "must be 1 to 64");
        }
        Ok(Self { path: format!("/events/{name}"), name, function, consumption })
    }

    /// Its name, which its queues are named after.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The function or adapter that consumes the events.
    pub fn function(&self) -> &Name {
        &self.function
    }

    /// The types it consumes.
    pub fn events(&self) -> &[EventType] {
        &self.consumption.events
    }

    /// The route that events are posted to: `/events/<name>`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// How often an event is posted before it is parked.
    pub fn attempts(&self) -> u32 {
        self.consumption.attempts
    }

    /// How long one attempt may take.
    pub fn timeout(&self) -> Duration {
        self.consumption.timeout.get()
    }

    /// How many events one bridge posts at a time.
    pub fn concurrency(&self) -> u16 {
        self.consumption.concurrency
    }

    /// All that its stanza says.
    pub fn consumption(&self) -> &Consumption {
        &self.consumption
    }

    /// How long to wait after this many attempts; `None` when there are to be no more.
    pub fn delay_after(&self, attempts: u32) -> Option<Duration> {
        if attempts >= self.consumption.attempts {
            return None;
        }
        let doubled = self
            .consumption
            .first_delay
            .get()
            .saturating_mul(1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX));
        Some(doubled.min(self.consumption.longest_delay.get()))
    }

    /// Each delay that [`Self::delay_after`] can give, once.
    pub fn delays(&self) -> impl Iterator<Item = Duration> + '_ {
        let mut last = None;
        (1..self.consumption.attempts)
            .map_while(|attempts| self.delay_after(attempts))
            .filter(move |delay| last.replace(*delay) != Some(*delay))
    }
}

impl FromIterator<Subscription> for Subscriptions {
    fn from_iter<I: IntoIterator<Item = Subscription>>(subscriptions: I) -> Self {
        Self(subscriptions.into_iter().collect())
    }
}

impl Subscriptions {
    /// Each subscription.
    pub fn iter(&self) -> impl Iterator<Item = &Subscription> {
        self.0.iter()
    }

    /// Those that consume events of this type.
    pub fn consuming<'a>(&'a self, kind: &'a EventType) -> impl Iterator<Item = &'a Subscription> {
        self.0.iter().filter(move |subscription| subscription.events().contains(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"
        events = ["payment.succeeded"]
        attempts = 6
        first_delay = "1s"
        longest_delay = "5s"
        timeout = "30s"
        concurrency = 4
    "#;

    fn subscription(text: &str) -> Result<Subscription, String> {
        let name = || Name::parse("send-email").unwrap();
        let consumption = toml::from_str(text).map_err(|error| error.to_string())?;
        Subscription::new(name(), name(), consumption).map_err(|error| error.to_string())
    }

    #[test]
    fn delays_double_up_to_the_longest_and_end_with_the_attempts() {
        let one = subscription(ONE).unwrap();
        let after = |attempts| one.delay_after(attempts).map(|delay| delay.as_secs());
        assert_eq!([1, 2, 3, 4, 5, 6].map(after), [Some(1), Some(2), Some(4), Some(5), Some(5), None]);
        assert_eq!(one.delays().map(|delay| delay.as_secs()).collect::<Vec<_>>(), [1, 2, 4, 5]);
    }

    #[test]
    fn what_is_out_of_bounds_is_refused_by_its_key() {
        for (good, bad, key) in [
            ("attempts = 6", "attempts = 0", "attempts"),
            ("concurrency = 4", "concurrency = 0", "concurrency"),
            ("\"payment.succeeded\"", "", "events"),
            ("\"5s\"", "5", "longest_delay"),
            ("\"5s\"", "\"1ms\"", "first_delay"),
        ] {
            let error = subscription(&ONE.replace(good, bad)).unwrap_err();
            assert!(error.contains(key), "{error}");
        }
    }
}
