//! The files. Small ones are read once an instance and kept in memory.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::{Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use http::HeaderValue;

#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) content: Bytes,
    pub(crate) etag: HeaderValue,
}

/// The files that were asked for, and whether they exist.
#[derive(Debug, Default)]
struct Shelf {
    files: HashMap<String, Option<File>>,
    bytes: usize,
}

/// The largest file that is served.
const MAX_FILE_BYTES: u64 = 8 * 1024 * 1024;
/// Larger files are read each time.
const MAX_KEPT_BYTES: usize = 512 * 1024;
/// The most that is kept. Names of missing files count, because anybody can make those up.
const MAX_SHELF_BYTES: usize = 8 * 1024 * 1024;
const MAX_SHELF_NAMES: usize = 512;

/// The file at a path below the root, if there is one that may be served.
pub(crate) fn file(path: &str) -> Option<File> {
    static SHELF: OnceLock<Mutex<Shelf>> = OnceLock::new();
    let shelf = SHELF.get_or_init(Mutex::default);
    // A panic while it was held left it as it was before or after, and both are valid.
    let lock = || shelf.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = lock().files.get(path) {
        return known.clone();
    }
    let file = read(path);
    lock().keep(path, file.clone());
    file
}

impl Shelf {
    fn keep(&mut self, path: &str, file: Option<File>) {
        let size = path.len() + file.as_ref().map_or(0, |file| file.content.len());
        let fits = size <= MAX_KEPT_BYTES
            && self.bytes + size <= MAX_SHELF_BYTES
            && self.files.len() < MAX_SHELF_NAMES;
        if fits && self.files.insert(path.to_owned(), file).is_none() {
            self.bytes += size;
        }
    }
}

fn read(path: &str) -> Option<File> {
    let file = std::fs::File::open(path).ok()?;
    let about = file.metadata().ok()?;
    if !about.is_file() || about.len() > MAX_FILE_BYTES {
        return None;
    }
    let mut content = Vec::with_capacity(usize::try_from(about.len()).ok()?);
    file.take(MAX_FILE_BYTES).read_to_end(&mut content).ok()?;
    let etag = kit::etag(&content);
    Some(File { content: content.into(), etag })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        let mut shelf = Shelf::default();
        let large = vec![0; MAX_KEPT_BYTES - 16];
        for name in 0..2 * MAX_SHELF_NAMES {
            let content = Bytes::from(large.clone());
            shelf.keep(&format!("/{name}"), Some(File { etag: kit::etag(b""), content }));
            shelf.keep(&format!("/not-there-{name}"), None);
        }
        assert!(shelf.bytes <= MAX_SHELF_BYTES);
        assert!(shelf.files.len() <= MAX_SHELF_NAMES);
    }
}
