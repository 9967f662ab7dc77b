//! The bridge's configuration: collections, grants, subscriptions and schedules.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{CollectionName, EventType};
use serde::{Deserialize, Serialize};

use crate::{Collections, Consumption, Grant, Grants, Name, Period, Subscription, Subscriptions};

/// The bridge's configuration, checked. Its text form is TOML with the tables `collections`, `clients` and `schedules`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declarations {
    collections: Collections,
    clients: BTreeMap<Name, Grants>,
    subscriptions: Subscriptions,
    schedules: BTreeMap<Name, Schedule>,
}

/// The grants and subscriptions of a function or adapter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The access granted to each collection.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub collections: BTreeMap<CollectionName, BTreeSet<crate::Access>>,
    /// The access granted to blobs.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub blobs: BTreeSet<crate::BlobAccess>,
    /// The types of events that the client may emit.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub emits: BTreeSet<EventType>,
    /// The subscriptions, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub consumes: BTreeMap<Name, Consumption>,
}

/// An event that is emitted at fixed intervals, once per tick however many bridges run. Ticks are counted from the Unix
/// epoch, so all bridges agree on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The time between two ticks.
    pub every: Period,
    /// The type of the events. Their subject is the schedule's name.
    pub emit: EventType,
}

/// Declarations are malformed or contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeclarationsError {
    /// The text is not TOML with the expected keys. The message names the line and the key.
    #[error("{0}")]
    Malformed(String),
    /// Two declarations contradict each other.
    #[error("{key}: {reason}")]
    Invalid {
        /// The dotted TOML key.
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
    /// Whether the client has neither grants nor subscriptions.
    pub fn is_empty(&self) -> bool {
        self.grants().is_empty() && self.consumes.is_empty()
    }

    /// The client's grants.
    pub fn grants(&self) -> Grants {
        Grants { collections: self.collections.clone(), blobs: self.blobs.clone(), emits: self.emits.clone() }
    }
}

impl Declarations {
    /// Parses the output of [`Self::to_toml`].
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
                    "the collection is not declared".to_owned(),
                );
            }
            let grants = declared.grants();
            for (name, consumption) in declared.consumes {
                let key = format!("clients.{client}.consumes.{name}");
                if let Some(first) = consumers.insert(name.clone(), client.clone()) {
                    return invalid(key, format!("{first} already has a subscription with this name"));
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
                return invalid(key, format!("no client or schedule emits {kind}"));
            }
        }
        Ok(checked)
    }

    /// Writes the declarations as TOML, in a stable order.
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
        toml::to_string(&text).expect("declarations can be written as TOML")
    }

    /// Keeps only the clients that are wanted.
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

    /// Whether a client has a grant.
    pub fn allow(&self, client: &str, grant: &Grant) -> bool {
        self.clients.get(client).is_some_and(|grants| grants.allow(grant))
    }

    /// The clients that have grants.
    pub fn granted(&self) -> impl Iterator<Item = (&Name, &Grants)> {
        self.clients.iter()
    }

    /// The clients that need a token because they have grants or subscriptions.
    pub fn clients(&self) -> BTreeSet<&Name> {
        self.granted()
            .map(|(name, _)| name)
            .chain(self.subscriptions.iter().map(Subscription::function))
            .collect()
    }

    /// The types of events that clients or schedules emit.
    pub fn event_types(&self) -> impl Iterator<Item = &EventType> {
        let emitted = self.clients.values().flat_map(|grants| &grants.emits);
        emitted.chain(self.schedules.values().map(|schedule| &schedule.emit))
    }

    /// The subscriptions of all clients.
    pub fn subscriptions(&self) -> &Subscriptions {
        &self.subscriptions
    }

    /// The schedules, by name.
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
    fn written_declarations_parse_back_to_the_same() {
        let declared = Declarations::parse(TEXT).unwrap();
        assert_eq!(Declarations::parse(&declared.to_toml()).unwrap(), declared);
        assert_eq!(
            declared.clients().into_iter().map(Name::as_str).collect::<Vec<_>>(),
            ["reader", "writer"]
        );
    }

    #[test]
    fn contradictory_declarations_are_refused_by_key() {
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
