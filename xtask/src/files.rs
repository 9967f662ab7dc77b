//! The files that the generator owns: written, or held against what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Files to be, by their path in the checkout.
#[derive(Default)]
pub(crate) struct Files {
    texts: BTreeMap<PathBuf, String>,
    owned: Vec<PathBuf>,
}

impl Files {
    /// Adds a file.
    pub(crate) fn add(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) {
        self.texts.insert(path.into(), text.into());
    }

    /// Adds a file in YAML, TOML or another language with `#` for comments, headed with what it follows from.
    pub(crate) fn add_headed(&mut self, path: impl Into<PathBuf>, from: &str, text: &str) {
        let text = text.trim_start().trim_end();
        self.add(path, format!("# Generated from {from} by `cargo xtask generate`.\n\n{text}\n"));
    }

    /// The text of a file.
    #[cfg(test)]
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(Path::new(path)).map(String::as_str)
    }

    /// Declares that a folder holds nothing but added files: what else is there is taken out.
    pub(crate) fn own(&mut self, folder: impl Into<PathBuf>) {
        self.owned.push(folder.into());
    }

    /// The paths of files that are missing, other than they are to be, or too many.
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

    /// Makes the checkout have these files; the paths of those that were changed.
    pub(crate) fn write(&self, root: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
        let changed = self.differing(root)?;
        for path in &changed {
            let place = root.join(path);
            let done = match self.texts.get(path) {
                Some(text) => std::fs::create_dir_all(place.parent().unwrap_or(root))
                    .and_then(|()| std::fs::write(&place, text)),
                None => std::fs::remove_file(&place),
            };
            done.with_context(|| path.display().to_string())?;
        }
        Ok(changed)
    }
}

/// The files in a folder of the checkout and in its folders; none if it is not there.
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
    fn files_are_written_once_and_what_is_too_many_in_an_owned_folder_goes() {
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
