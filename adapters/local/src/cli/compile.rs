use application::Application;
use mcommerce::ShopConfig;
use mcommerce::runtime::{Runtime, compile_all};

use super::PlaceOptions;

/// Compiles every component into the cache that a shop started from here uses.
pub(super) fn compile(place: &PlaceOptions) -> anyhow::Result<()> {
    let config = ShopConfig::new(&place.manifest, &place.data);
    let application = Application::load(&config.manifest)?;
    Ok(compile_all(&Runtime::new()?, &application, &config.cache)?)
}
