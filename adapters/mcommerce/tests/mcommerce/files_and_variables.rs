use application::{MissingVariables, Refused};
use http::StatusCode;
use mcommerce::{Shop, ShopConfig};

use crate::support::{config, start, start_with};

#[tokio::test(flavor = "multi_thread")]
async fn a_component_reads_only_its_own_variables() {
    let shop = start().await;
    assert_eq!(shop.get("/misbehaving/variable?welcome").await.body, "good morning, Ada");
    assert_eq!(shop.get("/misbehaving/variable?greeting").await.status, StatusCode::NOT_FOUND);
    assert_eq!(shop.get("/misbehaving/variable?../x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_sets_variables_like_under_spin() {
    let shop = start_with(|config| {
        config.environment.insert("SPIN_VARIABLE_GREETING".into(), "good evening".into());
    })
    .await;
    assert_eq!(shop.get("/misbehaving/variable?welcome").await.body, "good evening, Ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_generated_once_for_a_data_folder() {
    let first = start().await;
    let secret = first.get("/misbehaving/variable?secret_word").await.body;
    assert!(secret.len() >= 43);
    let again = ShopConfig { data: first.data.path().to_owned(), ..config(&first.data) };
    let second = Shop::start(again).await.expect("the shop starts again");
    assert_eq!(second.variables().get("secret_word"), Some(secret.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_secret_is_named_before_anything_listens() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let data = tempfile::tempdir().expect("a folder");
    let mut config = config(&data);
    config.listen = taken.local_addr().expect("an address");
    config.variables.insert("secret_word".into(), String::new());
    let refused = Shop::start(config).await.err().expect("it is refused");
    let missing = refused.downcast_ref::<MissingVariables>().expect("a variable is missing");
    assert_eq!(missing.names, ["secret_word"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nested_mount_hides_the_outer_folder() {
    let shop = start().await;
    assert_eq!(shop.get("/misbehaving/file?/greeting.txt").await.body, "from a\n");
    assert_eq!(shop.get("/misbehaving/file?/nested/greeting.txt").await.body, "from b\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_outside_mounts_are_out_of_reach_and_mounts_are_read_only() {
    let shop = start().await;
    for path in ["/../spin.toml", "/nested/../../spin.toml", "/etc/passwd", "../spin.toml"] {
        assert_eq!(
            shop.get(&format!("/misbehaving/file?{path}")).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    assert_eq!(shop.get("/misbehaving/write-file?/greeting.txt").await.status, StatusCode::FORBIDDEN);
    assert_eq!(shop.get("/misbehaving/write-file?/new.txt").await.status, StatusCode::FORBIDDEN);
}

/// Starts a shop from a changed manifest, and returns the error.
async fn refusal(before: &str, after: &str) -> anyhow::Error {
    let data = tempfile::tempdir().expect("a folder");
    let manifest = data.path().join("spin.toml");
    let text = std::fs::read_to_string(crate::support::manifest()).expect("the manifest is there");
    assert!(text.contains(before), "{text}");
    std::fs::write(&manifest, text.replacen(before, after, 1)).expect("the manifest is written");
    Shop::start(ShopConfig { manifest, ..config(&data) }).await.err().expect("it is refused")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsupported_key_in_a_manifest_is_refused_by_name() {
    let after = "[component.private]\nkey_value_stores = [\"default\"]";
    let refused = refusal("[component.private]", after).await;
    assert!(refused.downcast_ref::<Refused>().is_some());
    assert!(format!("{refused:#}").contains("key_value_stores"), "{refused:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_to_a_reserved_page_is_refused_by_name() {
    let refused = refusal("route = \"/misbehaving/...\"", "route = \"/_metrics\"").await;
    assert!(format!("{refused:#}").contains("trigger.http.route /_metrics"), "{refused:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_component_is_reported_with_how_to_build_it() {
    let data = tempfile::tempdir().expect("a folder");
    let missing = ShopConfig { profile: Some("no-such-profile".into()), ..config(&data) };
    let refused = Shop::start(missing).await.err().expect("it is refused");
    let message = format!("{refused:#}");
    assert!(message.contains("misbehaving.wasm") && message.contains("make up"), "{message}");
}
