//! `files` of the manifest: folders that a component can read.

use std::path::PathBuf;

use application::Component;

use crate::runtime::Preopen;

/// A folder that a component mounts does not exist.
#[derive(Debug, thiserror::Error)]
#[error("{} is missing: build it, `make up` builds everything", source_folder.display())]
pub struct MissingFolder {
    source_folder: PathBuf,
}

/// What to do about a folder that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingFolders {
    /// Don't start.
    Refuse,
    /// Start without it, because the page is served by something else or not needed.
    Skip,
}

/// The folders of a component. A folder mounted within another hides the other's: a component's library opens a path
/// from the longest mount point that fits.
pub(crate) fn mounts(component: &Component, missing: MissingFolders) -> Result<Vec<Preopen>, MissingFolder> {
    let mut preopens = Vec::new();
    for (mount_point, source) in &component.files {
        if source.is_dir() {
            preopens.push(Preopen { host: source.clone(), guest: mount_point.to_string() });
        } else if missing == MissingFolders::Refuse {
            return Err(MissingFolder { source_folder: source.clone() });
        } else {
            tracing::info!(folder = %source.display(), "not mounted, because it does not exist");
        }
    }
    Ok(preopens)
}
