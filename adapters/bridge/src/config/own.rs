use protocol::Path;

use super::{Collection, Collections, CollectionsError, Index};

/// The bridge's own collections alone, for work on its events without the shop's configuration.
pub fn own_collections() -> Result<Collections, CollectionsError> {
    let mut collections = Collections::default();
    add_own(&mut collections)?;
    Ok(collections)
}

/// Adds the bridge's own collections, which no file declares and no grant can name.
pub(super) fn add_own(collections: &mut Collections) -> Result<(), CollectionsError> {
    let over = |name: &str, keys: &[&str]| {
        let keys = keys.iter().map(|key| Path::parse(*key).expect("the bridge's own field names are paths"));
        Index::over(name, keys.collect())
    };
    let deliveries = vec![over("due", &["subscription", "state", "nextAt"]), over("parked", &["state"])];
    collections.add(Collection::internal("outbox", Vec::new()))?;
    collections.add(Collection::internal("deliveries", deliveries))?;
    collections.add(Collection::internal("leases", Vec::new()))?;
    collections.add(Collection::internal("schedules", Vec::new()))
}
