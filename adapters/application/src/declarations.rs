//! What a bridge is told at start: collections, who may do what, who consumes which events, and what is emitted on a clock.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{CollectionName, EventType};
use serde::{Deserialize, Serialize};

use crate::{Collections, Consumption, Grant, Grants, Name, Period, Subscription, Subscriptions};

/// Everything that a bridge is told at start, checked. As text it is TOML with the tables `collections`, `clients` and
/// `schedules`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declarations {
    collections: Collections,
    clients: BTreeMap<Name, Grants>,
    subscriptions: Subscriptions,
    schedules: BTreeMap<Name, Schedule>,
}

/// A function or adapter as a bridge knows it: its grants, and what it consumes by the name of the subscription.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// What it may do to which collection.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub collections: BTreeMap<CollectionName, BTreeSet<crate::Access>>,
    /// What it may do to blobs.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub blobs: BTreeSet<crate::BlobAccess>,
    /// The events that it may emit.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub emits: BTreeSet<EventType>,
    /// What it consumes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub consumes: BTreeMap<Name, Consumption>,
}

/// An event that is emitted on a clock, once a tick however many bridges there are. Ticks are counted from the Unix
/// epoch, so that all bridges agree on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The time between two ticks.
    pub every: Period,
    /// The type of its events. Their subject is the schedule's name.
    pub emit: EventType,
}

/// Why declarations were refused: the key (dotted, as in TOML), and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeclarationsError {
    /// The text is not TOML of the right shape; the message names line and key.
    #[error("{0}")]
    Malformed(String),
    /// Two declarations contradict each other.
    #[error("{key}: {reason}")]
    Invalid {
        /// Which key.
        key: String,
        /// What is wrong.
        reason: String,
    },
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(default)]
    collections: Collections,
    #[serde(default)]
    clients: BTreeMap<Name, Client>,
    #[serde(default)]
    schedules: BTreeMap<Name, Schedule>,
}

impl Client {
    /// Whether it is granted nothing and consumes nothing.
    pub fn is_empty(&self) -> bool {
        self.grants().is_empty() && self.consumes.is_empty()
    }

    /// What it is granted.
    pub fn grants(&self) -> Grants {
        Grants { collections: self.collections.clone(), blobs: self.blobs.clone(), emits: self.emits.clone() }
    }
}

impl Declarations {
    /// Parses what [`Self::to_toml`] writes.
    pub fn parse(text: &str) -> Result<Self, DeclarationsError> {
        let Text { collections, clients, schedules } =
            toml::from_str(text).map_err(|error| DeclarationsError::Malformed(error.to_string()))?;
        Self::new(collections, clients, schedules)
    }

    /// Checks declarations against each other.
    pub fn new(
        collections: Collections,
        clients: BTreeMap<Name, Client>,
        schedules: BTreeMap<Name, Schedule>,
    ) -> Result<Self, DeclarationsError> {
        let invalid = |key: String, reason: String| Err(DeclarationsError::Invalid { key, reason });
        let mut checked = Self { collections, schedules, ..Self::default() };
        let mut consumers = BTreeMap::new();
        let mut subscriptions = Vec::new();
        for (client, declared) in clients {
            let unknown = declared.collections.keys().find(|name| !checked.collections.contains(name));
            if let Some(name) = unknown {
                return invalid(
                    format!("clients.{client}.collections.{name}"),
                    "no such collection is declared".to_owned(),
                );
            }
            let grants = declared.grants();
            for (name, consumption) in declared.consumes {
                let key = format!("clients.{client}.consumes.{name}");
                if let Some(first) = consumers.insert(name.clone(), client.clone()) {
                    return invalid(key, format!("{first} has a subscription of this name already"));
                }
                match Subscription::new(name, client.clone(), consumption) {
                    Ok(subscription) => subscriptions.push(subscription),
                    Err(error) => return invalid(format!("{key}.{}", error.key), error.reason.to_owned()),
                }
            }
            if !grants.is_empty() {
                checked.clients.insert(client, grants);
            }
        }
        checked.subscriptions = subscriptions.into_iter().collect();
        for subscription in checked.subscriptions.iter() {
            if let Some(kind) = subscription.events().iter().find(|kind| !checked.is_emitted(kind)) {
                let key =
                    format!("clients.{}.consumes.{}.events", subscription.function(), subscription.name());
                return invalid(key, format!("nobody emits {kind}"));
            }
        }
        Ok(checked)
    }

    /// The declarations as TOML, in a stable order.
    pub fn to_toml(&self) -> String {
        let mut clients: BTreeMap<Name, Client> = self
            .clients
            .iter()
            .map(|(name, grants)| {
                let Grants { collections, blobs, emits } = grants.clone();
                (name.clone(), Client { collections, blobs, emits, consumes: BTreeMap::new() })
            })
            .collect();
        for subscription in self.subscriptions.iter() {
            let client = clients.entry(subscription.function().clone()).or_default();
            let name = Name::parse(subscription.name()).expect("a subscription's name is a name");
            client.consumes.insert(name, subscription.consumption().clone());
        }
        let text = Text { collections: self.collections.clone(), clients, schedules: self.schedules.clone() };
        toml::to_string(&text).expect("declarations hold nothing that TOML can't")
    }

    /// These declarations for some clients only.
    #[must_use]
    pub fn only(mut self, is_wanted: impl Fn(&Name) -> bool) -> Self {
        self.clients.retain(|name, _| is_wanted(name));
        let wanted = |subscription: &&Subscription| is_wanted(subscription.function());
        self.subscriptions = self.subscriptions.iter().filter(wanted).cloned().collect();
        self
    }

    /// Adds a collection, such as the bridge's own.
    pub fn add_collection(&mut self, collection: crate::Collection) -> Result<(), crate::CollectionsError> {
        self.collections.add(collection)
    }

    /// The collections and their indexes.
    pub fn collections(&self) -> &Collections {
        &self.collections
    }

    /// Whether a client is granted this.
    pub fn allow(&self, client: &str, grant: &Grant) -> bool {
        self.clients.get(client).is_some_and(|grants| grants.allow(grant))
    }

    /// The clients that are granted something.
    pub fn granted(&self) -> impl Iterator<Item = (&Name, &Grants)> {
        self.clients.iter()
    }

    /// The clients that need a token: those that are granted or consume something.
    pub fn clients(&self) -> BTreeSet<&Name> {
        self.granted()
            .map(|(name, _)| name)
            .chain(self.subscriptions.iter().map(Subscription::function))
            .collect()
    }

    /// The types of events that are emitted, by clients or on a clock.
    pub fn event_types(&self) -> impl Iterator<Item = &EventType> {
        let emitted = self.clients.values().flat_map(|grants| &grants.emits);
        emitted.chain(self.schedules.values().map(|schedule| &schedule.emit))
    }

    /// Who consumes which events.
    pub fn subscriptions(&self) -> &Subscriptions {
        &self.subscriptions
    }

    /// What is emitted on a clock, by name.
    pub fn schedules(&self) -> &BTreeMap<Name, Schedule> {
        &self.schedules
    }

    fn is_emitted(&self, kind: &EventType) -> bool {
        self.event_types().any(|emitted| emitted == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        [collections.things]
        owner = "test"
        indexes = [{ name = "name", keys = ["name"], unique = true }]

        [clients.writer]
        collections = { things = ["read", "insert"] }
        blobs = ["write"]
        emits = ["thing.made"]

        [clients.reader.consumes.read-things]
        events = ["thing.made", "thing.due"]
        attempts = 3
        first_delay = "20ms"
        longest_delay = "40ms"
        timeout = "20s"
        concurrency = 4

        [schedules.look]
        every = "30s"
        emit = "thing.due"
    "#;

    #[test]
    fn what_is_written_reads_back_the_same() {
        let declared = Declarations::parse(TEXT).unwrap();
        assert_eq!(Declarations::parse(&declared.to_toml()).unwrap(), declared);
        assert_eq!(
            declared.clients().into_iter().map(Name::as_str).collect::<Vec<_>>(),
            ["reader", "writer"]
        );
    }

    #[test]
    fn what_contradicts_itself_is_refused_by_its_key() {
        for (good, bad, key) in [
            ("things = [\"read\"", "thnigs = [\"read\"", "clients.writer.collections.thnigs"),
            ("\"insert\"", "\"drop\"", "drop"),
            (
                "\"thing.due\"]\n        attempts",
                "\"thing.deu\"]\n        attempts",
                "consumes.read-things.events",
            ),
            ("attempts = 3", "attempts = 0", "consumes.read-things.attempts"),
            ("things = [\"read\"", "_outbox = [\"read\"", "collections"),
            ("[clients.writer]", "[clients.writer]\n        colour = 1", "colour"),
        ] {
            let text = TEXT.replace(good, bad);
            assert_ne!(text, TEXT, "{good:?} is in the text");
            let error = Declarations::parse(&text).unwrap_err().to_string();
            assert!(error.contains(key), "{bad:?} was refused with {error:?}");
        }
    }
}
