//! Subscriptions: who consumes which events, and how they are delivered.

use std::time::Duration;

use protocol::EventType;
use serde::{Deserialize, Serialize};

use crate::{Name, Period};

const MAX_ATTEMPTS: u32 = 100;
const MAX_CONCURRENCY: u16 = 64;

/// How events are delivered to one consumer. In a stanza, the subscription's name is the key of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consumption {
    /// The types of events.
    pub events: Vec<EventType>,
    /// How often an event is posted before it becomes a dead letter.
    pub attempts: u32,
    /// The delay after the first attempt. It doubles with each further attempt.
    pub first_delay: Period,
    /// The longest delay between two attempts.
    pub longest_delay: Period,
    /// How long one attempt may take.
    pub timeout: Period,
    /// How many events one bridge posts concurrently.
    pub concurrency: u16,
}

/// A named subscription whose limits have been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    name: Name,
    path: String,
    function: Name,
    consumption: Consumption,
}

/// All subscriptions, ordered by consumer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscriptions(Vec<Subscription>);

/// A consumption is out of bounds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {reason}")]
pub struct ConsumptionError {
    /// The key.
    pub key: &'static str,
    /// What is wrong.
    pub reason: &'static str,
}

impl Subscription {
    /// Checks a consumption and names it.
    pub fn new(name: Name, function: Name, consumption: Consumption) -> Result<Self, ConsumptionError> {
        let refused = |key, reason| Err(ConsumptionError { key, reason });
        if consumption.events.is_empty() {
            return refused("events", "must not be empty");
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

    /// The subscription's name, which its queues are named after.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The function or adapter that consumes the events.
    pub fn function(&self) -> &Name {
        &self.function
    }

    /// The types of events.
    pub fn events(&self) -> &[EventType] {
        &self.consumption.events
    }

    /// The route that events are posted to: `/events/<name>`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// How often an event is posted before it becomes a dead letter.
    pub fn attempts(&self) -> u32 {
        self.consumption.attempts
    }

    /// How long one attempt may take.
    pub fn timeout(&self) -> Duration {
        self.consumption.timeout.get()
    }

    /// How many events one bridge posts concurrently.
    pub fn concurrency(&self) -> u16 {
        self.consumption.concurrency
    }

    /// The consumption as the stanza declares it.
    pub fn consumption(&self) -> &Consumption {
        &self.consumption
    }

    /// The delay after this many attempts; `None` after the last one.
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

    /// The distinct delays that [`Self::delay_after`] returns.
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
    /// Iterates over the subscriptions.
    pub fn iter(&self) -> impl Iterator<Item = &Subscription> {
        self.0.iter()
    }

    /// The subscriptions to a type of event.
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
    fn delays_double_up_to_the_longest_until_attempts_run_out() {
        let one = subscription(ONE).unwrap();
        let after = |attempts| one.delay_after(attempts).map(|delay| delay.as_secs());
        assert_eq!([1, 2, 3, 4, 5, 6].map(after), [Some(1), Some(2), Some(4), Some(5), Some(5), None]);
        assert_eq!(one.delays().map(|delay| delay.as_secs()).collect::<Vec<_>>(), [1, 2, 4, 5]);
    }

    #[test]
    fn a_value_out_of_bounds_is_refused_by_key() {
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
