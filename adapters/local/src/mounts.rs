//! `files` of the manifest: folders that a component can read.

use std::path::PathBuf;

use application::{Component, FileMount};

use crate::runtime::Preopen;

/// Why a mount can't be made.
#[derive(Debug, thiserror::Error)]
pub enum MountError {
    /// There is no such folder.
    #[error("{} is missing: build it, `make up` builds everything", source_folder.display())]
    Missing {
        /// Which.
        source_folder: PathBuf,
    },
    /// The destination is no absolute path, or is used twice.
    #[error("files: the destination {destination:?} is used twice or is not an absolute path")]
    Destination {
        /// Which.
        destination: String,
    },
}

/// What to do about a folder that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingFolders {
    /// Don't start.
    Refuse,
    /// Start without it: the page is served by something else, or not of interest.
    Skip,
}

/// The folders of a component. One mounted within another is seen in the other's place: a component's library
/// opens a path from the longest destination that fits.
pub(crate) fn mounts(component: &Component, missing: MissingFolders) -> Result<Vec<Preopen>, MountError> {
    let mut preopens: Vec<Preopen> = Vec::new();
    for FileMount { source, destination } in &component.files {
        let proper = destination.starts_with('/') && !destination.split('/').any(|step| step == "..");
        if !proper || preopens.iter().any(|other| other.guest == *destination) {
            return Err(MountError::Destination { destination: destination.clone() });
        }
        if source.is_dir() {
            preopens.push(Preopen { host: source.clone(), guest: destination.clone() });
        } else if missing == MissingFolders::Refuse {
            return Err(MountError::Missing { source_folder: source.clone() });
        } else {
            tracing::info!(folder = %source.display(), "not mounted: it is not there");
        }
    }
    Ok(preopens)
}
