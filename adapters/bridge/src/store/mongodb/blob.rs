//! Blobs in GridFS. Each upload is a separate file, named by the id of the blob; the newest one is the blob.

use bson::{Bson, Document, doc};
use bytes::Bytes;
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt, TryStreamExt, stream};
use mongodb::Database;
use mongodb::gridfs::GridFsBucket;
use mongodb::options::GridFsBucketOptions;

use super::error;
use crate::store::api::{Blob, ByteStream};
use crate::store::error::StoreError;
use crate::store::unfit::Unfit;

/// How much of a blob is read at a time: a chunk of GridFS.
const PIECE: usize = 255 * 1024;

/// Stores a blob, and removes the older files of that name once it is complete.
pub(super) async fn put(
    database: &Database,
    id: &str,
    media_type: &str,
    mut bytes: ByteStream,
    limit: u64,
) -> Result<u64, StoreError> {
    let bucket = bucket(database);
    let mut upload = bucket
        .open_upload_stream(id)
        .metadata(doc! { "mediaType": media_type })
        .await
        .map_err(|error| error::to_store_error(&error))?;
    let file = upload.id().clone();
    let received = async {
        let mut length = 0;
        while let Some(next) = bytes.next().await {
            let next = next?;
            length += next.len() as u64;
            if length > limit {
                return Err(Unfit::BlobTooLarge { limit }.into());
            }
            upload.write_all(&next).await.map_err(StoreError::unavailable)?;
        }
        Ok(length)
    };
    let length = match received.await {
        Ok(length) => length,
        Err(error) => {
            // Chunks that can't be removed now belong to no file, so they are never read.
            let _ = upload.abort().await;
            return Err(error);
        }
    };
    upload.close().await.map_err(StoreError::unavailable)?;
    remove_older(&bucket, id, &file).await?;
    Ok(length)
}

/// Reads a blob. If it is replaced meanwhile, reading fails.
pub(super) async fn get(database: &Database, id: &str) -> Result<Option<Blob>, StoreError> {
    let bucket = bucket(database);
    let found = bucket.find_one(doc! { "filename": id }).sort(newest_first()).await;
    let Some(file) = found.map_err(|error| error::to_store_error(&error))? else { return Ok(None) };
    let media_type = file.metadata.as_ref().and_then(|metadata| metadata.get_str("mediaType").ok());
    let media_type = media_type.unwrap_or("application/octet-stream").to_owned();
    let download =
        bucket.open_download_stream(file.id).await.map_err(|error| error::to_store_error(&error))?;
    let bytes = stream::try_unfold(download, |mut download| async move {
        let mut piece = vec![0; PIECE];
        let read = download.read(&mut piece).await.map_err(StoreError::unavailable)?;
        piece.truncate(read);
        Ok((read > 0).then(|| (Bytes::from(piece), download)))
    });
    Ok(Some(Blob { media_type, length: file.length, bytes: bytes.boxed() }))
}

async fn remove_older(bucket: &GridFsBucket, id: &str, file: &Bson) -> Result<(), StoreError> {
    let failed = |error| error::to_store_error(&error);
    let files = bucket.find(doc! { "filename": id }).sort(newest_first()).await.map_err(failed)?;
    let ids: Vec<Bson> = files.map_ok(|file| file.id).try_collect().await.map_err(failed)?;
    for older in ids.into_iter().skip_while(|other| other != file).skip(1) {
        bucket.delete(older).await.map_err(failed)?;
    }
    Ok(())
}

fn bucket(database: &Database) -> GridFsBucket {
    database.gridfs_bucket(GridFsBucketOptions::builder().bucket_name("blobs".to_owned()).build())
}

fn newest_first() -> Document {
    doc! { "uploadDate": -1, "_id": -1 }
}
