use mcommerce::{BridgeAt, MailTo, MissingFolders, Shop, ShopConfig};

use super::PlaceOptions;

const ROUNDS: usize = 500;

/// Prints the median time that each function takes to instantiate.
pub(super) async fn measure(place: PlaceOptions) -> anyhow::Result<()> {
    let mut config = ShopConfig::new(&place.manifest, &place.data);
    config.listen.set_port(0);
    config.mail = MailTo::Server { host: "127.0.0.1".to_owned(), port: 25 };
    config.bridge = BridgeAt::Nowhere;
    config.demo = false;
    config.missing_folders = MissingFolders::Skip;
    let shop = Shop::start(config).await?;
    for component in shop.app().components() {
        let time = component.fresh_instance_time(ROUNDS).await?;
        println!("fresh instance of {:<16} {:>4} \u{b5}s", component.name(), time.as_micros());
    }
    shop.shutdown().await;
    Ok(())
}
