//! The folders that a component can read: `files` in the manifest.

use std::path::PathBuf;

use application::Component;

use crate::runtime::Preopen;

/// A folder in `files` does not exist.
#[derive(Debug, thiserror::Error)]
#[error("{} is missing: build it, `make up` builds everything", source_folder.display())]
pub struct MissingFolder {
    source_folder: PathBuf,
}

/// What to do if a folder does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingFolders {
    Refuse,
    /// Start without the folder, because the page is served by something else or not needed.
    Skip,
}

/// A component's folders. They may be nested, because the component opens a path from the longest mount point that matches.
pub(crate) fn mounts(component: &Component, missing: MissingFolders) -> Result<Vec<Preopen>, MissingFolder> {
    let mut preopens = Vec::new();
    for (mount_point, source) in &component.files {
        if source.is_dir() {
            preopens.push(Preopen { host: source.clone(), guest: mount_point.to_string() });
        } else if missing == MissingFolders::Refuse {
            return Err(MissingFolder { source_folder: source.clone() });
        } else {
            tracing::info!(folder = %source.display(), "not mounting a folder that does not exist");
        }
    }
    Ok(preopens)
}
