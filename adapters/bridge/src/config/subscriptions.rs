use std::collections::BTreeMap;
use std::time::Duration;

use protocol::EventType;
use serde::Deserialize;

use super::period::Period;
use super::{ConfigError, is_name};

const FILE: &str = "subscriptions.toml";
const MAX_ATTEMPTS: u32 = 100;
const MAX_CONCURRENCY: u16 = 64;

/// Who consumes which events, and how they are brought there.
#[derive(Clone, Debug)]
pub struct Subscription {
    name: String,
    function: String,
    events: Vec<EventType>,
    path: String,
    attempts: u32,
    first_delay: Duration,
    longest_delay: Duration,
    timeout: Duration,
    concurrency: u16,
}

/// All subscriptions.
#[derive(Clone, Debug, Default)]
pub struct Subscriptions(Vec<Subscription>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    function: Option<String>,
    events: Vec<EventType>,
    path: String,
    attempts: u32,
    first_delay: Period,
    longest_delay: Period,
    timeout: Period,
    concurrency: u16,
}

impl Subscription {
    /// Its name, which its queues are named after.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The function that consumes the events; named like the subscription unless it says otherwise.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// The types it consumes.
    pub fn events(&self) -> &[EventType] {
        &self.events
    }

    /// The route events are posted to.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// How often an event is posted before it is parked.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long one attempt may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// How many events one bridge posts at a time.
    pub fn concurrency(&self) -> u16 {
        self.concurrency
    }

    /// How long to wait after this many attempts; `None` when there are to be no more.
    pub fn delay_after(&self, attempts: u32) -> Option<Duration> {
        if attempts >= self.attempts {
            return None;
        }
        let doubled = self
            .first_delay
            .saturating_mul(1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX));
        Some(doubled.min(self.longest_delay))
    }

    /// Each delay that [`Self::delay_after`] can tell, once.
    pub fn delays(&self) -> impl Iterator<Item = Duration> + '_ {
        let mut last = None;
        (1..self.attempts)
            .map_while(|attempts| self.delay_after(attempts))
            .filter(move |delay| last.replace(*delay) != Some(*delay))
    }
}

impl Subscriptions {
    /// Parses `subscriptions.toml`.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let entries: BTreeMap<String, Entry> =
            toml::from_str(text).map_err(|error| ConfigError::invalid(FILE, error.to_string()))?;
        entries
            .into_iter()
            .map(|(name, entry)| {
                let refused = |reason: &str| Err(ConfigError::invalid(FILE, format!("{name}: {reason}")));
                let function = entry.function.unwrap_or_else(|| name.clone());
                if !is_name(&name) || !is_name(&function) {
                    return refused("no name of a subscription or function");
                }
                if entry.events.is_empty() {
                    return refused("events: at least one is needed");
                }
                if entry.path.parse::<http::uri::PathAndQuery>().is_err()
                    || !entry.path.starts_with("/events/")
                {
                    return refused("path: must be below /events/");
                }
                if !(1..=MAX_ATTEMPTS).contains(&entry.attempts) {
                    return refused("attempts: must be 1 to 100");
                }
                if !(1..=MAX_CONCURRENCY).contains(&entry.concurrency) {
                    return refused("concurrency: must be 1 to 64");
                }
                Ok(Subscription {
                    function,
                    events: entry.events,
                    path: entry.path,
                    attempts: entry.attempts,
                    first_delay: entry.first_delay.0,
                    longest_delay: entry.longest_delay.0,
                    timeout: entry.timeout.0,
                    concurrency: entry.concurrency,
                    name,
                })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Each subscription.
    pub fn iter(&self) -> impl Iterator<Item = &Subscription> {
        self.0.iter()
    }

    /// The subscription of this name.
    pub fn named(&self, name: &str) -> Option<&Subscription> {
        self.0.iter().find(|subscription| subscription.name == name)
    }

    /// Those that consume events of this type.
    pub fn consuming<'a>(&'a self, kind: &'a EventType) -> impl Iterator<Item = &'a Subscription> {
        self.0.iter().filter(move |subscription| subscription.events.contains(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"
        [send-email]
        events = ["payment.succeeded"]
        path = "/events/send-email"
        attempts = 6
        first_delay = "1s"
        longest_delay = "5s"
        timeout = "30s"
        concurrency = 4
    "#;

    #[test]
    fn delays_double_up_to_the_longest_and_end_with_the_attempts() {
        let all = Subscriptions::parse(ONE).unwrap();
        let one = all.named("send-email").unwrap();
        let after = |attempts| one.delay_after(attempts).map(|delay| delay.as_secs());
        assert_eq!([1, 2, 3, 4, 5, 6].map(after), [Some(1), Some(2), Some(4), Some(5), Some(5), None]);
        assert_eq!(one.delays().map(|delay| delay.as_secs()).collect::<Vec<_>>(), [1, 2, 4, 5]);
    }

    #[test]
    fn a_subscription_out_of_bounds_is_refused_by_name() {
        for (good, bad) in [
            ("attempts = 6", "attempts = 0"),
            ("concurrency = 4", "concurrency = 0"),
            ("\"/events/send-email\"", "\"/api/orders\""),
            ("\"payment.succeeded\"", ""),
            ("\"5s\"", "5"),
        ] {
            let error = Subscriptions::parse(&ONE.replace(good, bad)).unwrap_err();
            assert!(error.to_string().starts_with("subscriptions.toml"), "{error}");
        }
    }
}
