//! The edit loop: new code takes over from old code while requests come in.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::join_all;
use http::StatusCode;
use tempfile::TempDir;

use crate::support::{TestShop, manifest, start_with};

/// An application whose component is a file of this test's own.
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

    /// Builds the component anew: it says `howdy` from now on.
    fn edit(&self) {
        let mut wasm = std::fs::read(self.source()).expect("the component is there");
        let places: Vec<usize> =
            wasm.windows(5).enumerate().filter(|(_, word)| *word == b"hello").map(|(at, _)| at).collect();
        assert!(!places.is_empty(), "the component has its greeting as it was written");
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
        // Left to itself, the code of this one test would be compiled for every checkout to keep.
        config.cache = edited.folder.path().join("compiled");
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn new_code_takes_over_under_load_and_no_request_is_lost() {
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
        swap.await.expect("no panic").expect("the new code is taken up");
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
async fn a_request_in_flight_ends_with_the_code_it_began_with() {
    let edited = Edited::new();
    let shop = start(&edited).await;
    let component = shop.shop.app().component("edited").expect("the component is there");
    let (slow, ()) = tokio::join!(shop.get("/wait?300"), async {
        while component.in_flight() == 0 {
            tokio::task::yield_now().await;
        }
        edited.edit();
        component.reload().expect("the new code is taken up");
    });
    assert_eq!((slow.status, slow.body.as_str()), (StatusCode::OK, "waited"));
    assert_eq!(shop.get("/hello").await.body, "howdy");
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_is_no_component_is_refused_and_the_old_goes_on() {
    let edited = Edited::new();
    let shop = start(&edited).await;
    std::fs::write(edited.source(), b"half a file").expect("the file is written");
    let component = shop.shop.app().component("edited").expect("the component is there");
    component.reload().expect_err("it is no component");
    assert_eq!(shop.get("/hello").await.body, "hello");
}
