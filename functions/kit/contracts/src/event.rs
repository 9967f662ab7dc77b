use serde::Serialize;
use serde::de::DeserializeOwned;

/// The data of an event, and with it the event's type: emitter and consumers share one Rust type.
pub trait Event: Serialize + DeserializeOwned {
    /// The CloudEvents type: `order.created`.
    const TYPE: &'static str;

    /// What it happened to: events of one subject are delivered in order.
    fn subject(&self) -> String;
}
