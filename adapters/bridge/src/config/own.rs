use application::{Collection, Collections, Declarations, Index};
use protocol::{CollectionName, Path};

/// Returns only the bridge's own collections, to work on events without knowing the application.
pub fn own_collections() -> Collections {
    let mut collections = Collections::default();
    for collection in own_list() {
        collections.add(collection).expect("the bridge's own collections are well formed");
    }
    collections
}

/// Adds the bridge's own collections, which no file can declare and no grant can name.
pub(super) fn add_own(declarations: &mut Declarations) {
    for collection in own_list() {
        declarations.add_collection(collection).expect("no file can declare the bridge's own collections");
    }
}

fn own_list() -> [Collection; 7] {
    let over = |name: &str, keys: &[&str]| {
        let keys = keys.iter().map(|key| Path::parse(*key).expect("the bridge's own field names are paths"));
        Index::over(name, keys.collect())
    };
    let deliveries = vec![over("due", &["subscription", "state", "nextAt"]), over("parked", &["state"])];
    [
        ("outbox", Vec::new()),
        ("deliveries", deliveries),
        ("leases", Vec::new()),
        ("schedules", Vec::new()),
        ("set_aside", Vec::new()),
        ("subscriptions", Vec::new()),
        ("queues", Vec::new()),
    ]
    .map(|(name, indexes)| Collection::new(CollectionName::internal(name), "bridge", indexes))
}
