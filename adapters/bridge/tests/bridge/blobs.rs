use axum::body::Body;
use http::Method;

use crate::backends::{Backend, on_both_backends};
use crate::support::{Shop, request};

async fn a_blob_is_read_as_it_was_written(backend: &Backend) {
    let shop = Shop::open(backend).await;
    let picture: Vec<u8> = (0..700_000_u32).map(|n| n.to_le_bytes()[n as usize % 2]).collect();
    let put = request(Method::PUT, "/v1/blobs/picture-1", "writer", "image/webp", picture.clone());
    assert_eq!(shop.http.send(put).await.status, 204);
    let answer = shop.http.send(request(Method::GET, "/v1/blobs/picture-1", "reader", "", "")).await;
    assert_eq!((answer.status.as_u16(), answer.media_type()), (200, "image/webp"));
    assert_eq!(answer.headers["content-length"], "700000");
    assert_eq!(answer.bytes, picture);
    shop.http
        .send(request(Method::GET, "/v1/blobs/picture-2", "reader", "application/json", ""))
        .await
        .is_failure(404, "not_found");
    shop.shutdown().await;
}

async fn a_blob_over_8_mib_is_413_whether_its_length_is_told_or_not(backend: &Backend) {
    let shop = Shop::open(backend).await;
    let piece = bytes::Bytes::from(vec![7_u8; 1024 * 1024]);
    let pieces = std::iter::repeat_n(Ok::<_, std::convert::Infallible>(piece), 9);
    let untold = Body::from_stream(futures::stream::iter(pieces));
    let put = request(Method::PUT, "/v1/blobs/huge", "writer", "image/webp", untold);
    shop.http.send(put).await.is_failure(413, "too_large");
    let mut told = request(Method::PUT, "/v1/blobs/huge", "writer", "image/webp", "");
    told.headers_mut().insert("content-length", "8388609".parse().unwrap());
    shop.http.send(told).await.is_failure(413, "too_large");
    let answer =
        shop.http.send(request(Method::GET, "/v1/blobs/huge", "reader", "application/json", "")).await;
    answer.is_failure(404, "not_found");
    shop.shutdown().await;
}

on_both_backends!(
    a_blob_is_read_as_it_was_written,
    a_blob_over_8_mib_is_413_whether_its_length_is_told_or_not
);

#[tokio::test]
async fn blobs_need_grants_of_their_own() {
    let shop = Shop::embedded().await;
    let send =
        |method, function| shop.http.send(request(method, "/v1/blobs/a", function, "application/json", "x"));
    send(Method::PUT, "reader").await.is_failure(403, "not_granted");
    send(Method::GET, "nobody").await.is_failure(403, "not_granted");
}

#[tokio::test]
async fn an_invalid_blob_id_is_refused() {
    let shop = Shop::embedded().await;
    for id in ["A", "a_b", "a.b", "%00", "%2e%2e%2fetc", &"a".repeat(65)] {
        let path = format!("/v1/blobs/{id}");
        let answer = shop.http.send(request(Method::PUT, &path, "writer", "application/json", "x")).await;
        answer.is_failure(400, "malformed");
    }
}
