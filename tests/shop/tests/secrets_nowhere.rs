//! Card numbers and passwords are in no store, log, event or mail.

use shop_tests::{Backend, Shop, a_key, on_both};

on_both!(card_numbers_and_passwords_are_kept_nowhere);

const CARD: &str = "4242424242424242";
const SPACED: &str = "4242 4242 4242 4242";
const PASSWORD: &str = "a long enough phrase";

async fn card_numbers_and_passwords_are_kept_nowhere(backend: Backend) {
    let shop = Shop::start(backend).await;
    let mut ada = shop.visitor();
    ada.register("ada@example.com").await;
    ada.login("ada@example.com").await;
    let (_, variant) = ada.variants_with(5).await.remove(0);
    let id = variant["id"].as_str().expect("id");
    let declined = ada.order(&[(id, 1)]).await;
    ada.try_pay(&a_key(), &declined, "4000000000000002").await.expect(402);
    ada.try_pay(&a_key(), &declined, "4242424242424241").await.expect(422);
    let order = ada.order(&[(id, 1)]).await;
    ada.pay(&order).await;
    let mails = shop.inbox().until_about(std::slice::from_ref(&order.number)).await;

    let mut places = vec![("the log".to_owned(), shop.log())];
    places.extend(mails.iter().map(|mail| ("a mail".to_owned(), format!("{mail:?}"))));
    for file in files_below(shop.data()) {
        let bytes = std::fs::read(&file).expect("the shop's own file");
        places.push((file.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
    }
    if let Backend::Services { mongodb, .. } = shop.backend() {
        places.extend(documents(mongodb).await);
    }
    assert!(places.iter().any(|(_, text)| text.contains(&order.number)), "the search sees what is stored");
    for (place, text) in &places {
        for secret in [CARD, SPACED, PASSWORD, "4000000000000002", "4242424242424241"] {
            assert!(!text.contains(secret), "{secret:?} is in {place}");
        }
    }
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.is_file() {
            files.push(path);
        }
    }
    files
}

async fn documents(uri: &str) -> Vec<(String, String)> {
    let client = mongodb::Client::with_uri_str(uri).await.expect("MongoDB");
    let database = client.default_database().expect("a database in the address");
    let mut found = Vec::new();
    for name in database.list_collection_names().await.expect("collections") {
        let mut cursor =
            database.collection::<bson::Document>(&name).find(bson::doc! {}).await.expect("documents");
        while cursor.advance().await.expect("the next document") {
            let document = cursor.deserialize_current().expect("a document");
            found.push((format!("collection {name}"), document.to_string()));
        }
    }
    found
}
