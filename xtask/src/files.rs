//! Generated files, which are written or compared with the checkout.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Generated files, by path in the checkout.
#[derive(Default)]
pub(crate) struct Files {
    texts: BTreeMap<PathBuf, String>,
    owned: Vec<PathBuf>,
}

impl Files {
    pub(crate) fn add(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) {
        self.texts.insert(path.into(), text.into());
    }

    /// Adds a file in a language whose comments start with `#`, with a header that names its sources.
    pub(crate) fn add_headed(&mut self, path: impl Into<PathBuf>, from: &str, text: &str) {
        let text = text.trim_start().trim_end();
        self.add(path, format!("# Generated from {from} by `cargo xtask generate`.\n\n{text}\n"));
    }

    #[cfg(test)]
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(Path::new(path)).map(String::as_str)
    }

    /// Declares that a folder contains generated files only, so that others are removed.
    pub(crate) fn own(&mut self, folder: impl Into<PathBuf>) {
        self.owned.push(folder.into());
    }

    /// The paths of files that are missing, different or to be removed.
    pub(crate) fn differing(&self, root: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
        let mut differing: BTreeSet<PathBuf> = self
            .texts
            .iter()
            .filter(|(path, text)| std::fs::read(root.join(path)).ok().as_deref() != Some(text.as_bytes()))
            .map(|(path, _)| path.clone())
            .collect();
        for folder in &self.owned {
            for path in files_below(root, folder)? {
                if !self.texts.contains_key(&path) {
                    differing.insert(path);
                }
            }
        }
        Ok(differing)
    }

    /// Writes and removes files. Returns the paths of changed files.
    pub(crate) fn write(&self, root: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
        let changed = self.differing(root)?;
        for path in &changed {
            let place = root.join(path);
            let result = match self.texts.get(path) {
                Some(text) => std::fs::create_dir_all(place.parent().unwrap_or(root))
                    .and_then(|()| std::fs::write(&place, text)),
                None => std::fs::remove_file(&place),
            };
            result.with_context(|| path.display().to_string())?;
        }
        Ok(changed)
    }
}

/// The files in a folder and its subfolders; empty if the folder does not exist.
fn files_below(root: &Path, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let place = root.join(folder);
    if !place.is_dir() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(place)? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            found.extend(files_below(root, &path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_once_and_stale_ones_are_removed_from_owned_folders() {
        let root = tempfile::tempdir().unwrap();
        let mut files = Files::default();
        files.add_headed("a/b.yaml", "spin.toml", "\nkind: B\n");
        files.own("a");
        assert_eq!(files.write(root.path()).unwrap().len(), 1);
        assert!(files.differing(root.path()).unwrap().is_empty());
        std::fs::create_dir_all(root.path().join("a/c")).unwrap();
        std::fs::write(root.path().join("a/c/stale.yaml"), "").unwrap();
        let stale = BTreeSet::from([PathBuf::from("a/c/stale.yaml")]);
        assert_eq!(files.differing(root.path()).unwrap(), stale);
        assert_eq!(files.write(root.path()).unwrap(), stale);
        let text = std::fs::read_to_string(root.path().join("a/b.yaml")).unwrap();
        assert_eq!(text, "# Generated from spin.toml by `cargo xtask generate`.\n\nkind: B\n");
    }
}
