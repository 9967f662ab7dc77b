//! Blobs are stored unchanged.

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use mcommerce_bridge::store::{ByteStream, StoreError};

use crate::support::*;

on_both_stores! {
    a_blob_is_read_as_it_was_stored,
    a_blob_replaces_the_one_before,
    a_blob_over_the_limit_or_cut_short_is_not_kept,
}

/// Bytes that reveal a chunk that is lost or out of place.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|n| u8::try_from(n * 31 / 7 % 251).unwrap()).collect()
}

fn pieces(bytes: &[u8], size: usize) -> ByteStream {
    let pieces: Vec<_> = bytes.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    stream::iter(pieces).boxed()
}

async fn get(tested: &Tested, id: &str) -> Option<(String, u64, Vec<u8>)> {
    let blob = tested.store.get_blob(id).await.unwrap()?;
    let bytes: Vec<Bytes> = blob.bytes.try_collect().await.unwrap();
    Some((blob.media_type, blob.length, bytes.concat()))
}

async fn a_blob_is_read_as_it_was_stored(tested: &Tested) {
    for length in [0, 1, 255 * 1024, 256 * 1024, 256 * 1024 + 1, 1_500_000] {
        let bytes = bytes(length);
        let id = format!("pictures/{length}");
        let limit = length as u64;
        let put = tested.store.put_blob(&id, "image/png", pieces(&bytes, 100_000), limit).await.unwrap();
        assert_eq!(put, limit);
        assert_eq!(get(tested, &id).await, Some(("image/png".into(), limit, bytes)));
    }
    assert_eq!(get(tested, "pictures/none").await, None);
}

async fn a_blob_replaces_the_one_before(tested: &Tested) {
    for (media_type, length) in [("image/png", 600_000), ("image/webp", 300_000), ("image/webp", 10)] {
        let put = tested.store.put_blob("a", media_type, pieces(&bytes(length), 64_000), 1_000_000);
        put.await.unwrap();
        assert_eq!(get(tested, "a").await, Some((media_type.into(), length as u64, bytes(length))));
    }
}

async fn a_blob_over_the_limit_or_cut_short_is_not_kept(tested: &Tested) {
    tested.store.put_blob("a", "text/plain", pieces(b"before", 3), 6).await.unwrap();
    let over = tested.store.put_blob("a", "text/plain", pieces(&bytes(600_001), 300_000), 600_000).await;
    assert!(matches!(over, Err(StoreError::Unfit(_))), "{over:?}");
    let lost = || Err(StoreError::Unavailable("the sender went away".into()));
    let cut = pieces(&bytes(600_000), 300_000).chain(stream::once(async move { lost() })).boxed();
    let cut = tested.store.put_blob("a", "text/plain", cut, 1_000_000).await;
    assert!(matches!(cut, Err(StoreError::Unavailable(_))), "{cut:?}");
    assert_eq!(get(tested, "a").await, Some(("text/plain".into(), 6, b"before".to_vec())));
}
