//! Swapping code while requests are served, as `mcommerce dev` does.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::join_all;
use http::StatusCode;
use tempfile::TempDir;

use crate::support::{TestShop, manifest, start_with};

/// An application with its own copy of the component's file.
struct Edited {
    folder: TempDir,
}

impl Edited {
    fn new() -> Self {
        let edited = Self { folder: tempfile::tempdir().expect("a folder") };
        std::fs::copy(built(), edited.source()).expect("the component is built");
        std::fs::write(
            edited.manifest(),
            r#"
                spin_manifest_version = 2
                application = { name = "edited" }
                [[trigger.http]]
                route = "/..."
                component = "edited"
                [component.edited]
                source = "edited.wasm"
            "#,
        )
        .expect("the manifest is written");
        edited
    }

    fn manifest(&self) -> PathBuf {
        self.folder.path().join("spin.toml")
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("edited.wasm")
    }

    /// Patches the component, so that it says `howdy` instead of `hello`.
    fn edit(&self) {
        let mut wasm = std::fs::read(self.source()).expect("the component is there");
        let places: Vec<usize> =
            wasm.windows(5).enumerate().filter(|(_, word)| *word == b"hello").map(|(at, _)| at).collect();
        assert!(!places.is_empty(), "the component contains its greeting");
        for at in places {
            wasm[at..at + 5].copy_from_slice(b"howdy");
        }
        std::fs::write(self.source(), wasm).expect("the component is written");
    }
}

fn built() -> PathBuf {
    let folder = manifest();
    let folder = folder.parent().and_then(Path::parent).and_then(Path::parent).expect("the checkout");
    folder.join("target/wasm32-wasip2/function/misbehaving.wasm")
}

async fn start(edited: &Edited) -> TestShop {
    start_with(|config| {
        config.manifest = edited.manifest();
        // Keeps the patched code out of the checkout's cache.
        config.cache = edited.folder.path().join("compiled");
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn code_is_swapped_under_load_without_losing_requests() {
    let edited = Edited::new();
    let shop = start(&edited).await;
    let swapped = AtomicBool::new(false);
    let load = join_all((0..8).map(|_| async {
        let mut answers = Vec::new();
        while !swapped.load(Ordering::Relaxed) {
            answers.push(shop.get("/hello").await);
        }
        answers
    }));
    let swap = async {
        let app = std::sync::Arc::clone(shop.shop.app());
        let before = shop.get("/hello").await;
        assert_eq!(before.body, "hello");
        edited.edit();
        let swap = tokio::task::spawn_blocking(move || {
            app.component("edited").expect("the component is there").reload()
        });
        swap.await.expect("no panic").expect("the new code is loaded");
        let after = join_all((0..8).map(|_| shop.get("/hello"))).await;
        swapped.store(true, Ordering::Relaxed);
        after
    };
    let (during, after) = tokio::join!(load, swap);
    for answer in during.iter().flatten() {
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert!(["hello", "howdy"].contains(&answer.body.as_str()), "{answer:?}");
    }
    assert!(after.iter().all(|answer| answer.body == "howdy"), "{after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_flight_finishes_with_the_old_code() {
    let edited = Edited::new();
    let shop = start(&edited).await;
    let component = shop.shop.app().component("edited").expect("the component is there");
    let (slow, ()) = tokio::join!(shop.get("/wait?300"), async {
        while component.in_flight() == 0 {
            tokio::task::yield_now().await;
        }
        edited.edit();
        component.reload().expect("the new code is loaded");
    });
    assert_eq!((slow.status, slow.body.as_str()), (StatusCode::OK, "waited"));
    assert_eq!(shop.get("/hello").await.body, "howdy");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_component_is_refused_and_the_old_one_keeps_running() {
    let edited = Edited::new();
    let shop = start(&edited).await;
    std::fs::write(edited.source(), b"half a file").expect("the file is written");
    let component = shop.shop.app().component("edited").expect("the component is there");
    component.reload().expect_err("it is not a component");
    assert_eq!(shop.get("/hello").await.body, "hello");
}
