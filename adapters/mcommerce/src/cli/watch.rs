//! Watches sources, and finds the functions that a change affects.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

/// How long to wait after a change before building, because editors write files in several steps.
const DEBOUNCE: Duration = Duration::from_millis(150);

pub(super) struct Watch {
    changes: mpsc::UnboundedReceiver<PathBuf>,
    _watcher: RecommendedWatcher,
}

/// The functions to build.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Affected {
    Some(BTreeSet<String>),
    /// A library changed. Cargo finds out which functions depend on it.
    All,
}

impl Watch {
    /// Watches a folder and its subfolders.
    pub(super) fn new(folder: &Path) -> notify::Result<Self> {
        let (sender, changes) = mpsc::unbounded_channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            if event.kind.is_create() || event.kind.is_modify() || event.kind.is_remove() {
                for path in event.paths.into_iter().filter(|path| is_source(path)) {
                    // Fails once the shop has stopped.
                    let _ = sender.send(path);
                }
            }
        })?;
        watcher.watch(folder, RecursiveMode::Recursive)?;
        Ok(Self { changes, _watcher: watcher })
    }

    /// Waits for changes, and returns the changed files once no more follow.
    pub(super) async fn next(&mut self) -> Option<BTreeSet<PathBuf>> {
        let mut changed = BTreeSet::from([self.changes.recv().await?]);
        while let Ok(more) = tokio::time::timeout(DEBOUNCE, self.changes.recv()).await {
            changed.insert(more?);
        }
        Some(changed)
    }
}

fn is_source(path: &Path) -> bool {
    let is_built = path.components().any(|part| part.as_os_str() == "target");
    !is_built
        && path.extension().is_some_and(|end| {
            ["rs", "toml", "html", "txt", "json", "proto"].iter().any(|known| end == *known)
        })
}

/// The functions to build after these files have changed. A file in no function's folder affects all of them.
pub(super) fn affected(changed: &BTreeSet<PathBuf>, functions: &BTreeSet<String>) -> Affected {
    let mut some = BTreeSet::new();
    for path in changed {
        let folders = path.components().filter_map(|part| part.as_os_str().to_str());
        match folders.into_iter().find(|folder| functions.contains(*folder)) {
            Some(function) => drop(some.insert(function.to_owned())),
            None => return Affected::All,
        }
    }
    Affected::Some(some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn affected_by(paths: &[&str]) -> Affected {
        let functions = ["login", "pay"].map(str::to_owned).into();
        affected(&paths.iter().map(PathBuf::from).collect(), &functions)
    }

    #[test]
    fn a_file_of_a_function_affects_that_function() {
        let expected = BTreeSet::from(["login".to_owned()]);
        assert_eq!(affected_by(&["functions/accounts/login/src/lib.rs"]), Affected::Some(expected));
    }

    #[test]
    fn a_file_of_a_library_affects_all_functions() {
        assert_eq!(
            affected_by(&["functions/accounts/model/src/lib.rs", "functions/a/pay/src/lib.rs"]),
            Affected::All
        );
        assert_eq!(affected_by(&["functions/kit/kit/src/lib.rs"]), Affected::All);
    }

    #[test]
    fn only_sources_are_watched() {
        assert!(is_source(Path::new("functions/a/src/lib.rs")));
        assert!(!is_source(Path::new("functions/a/src/.lib.rs.swp")));
        assert!(!is_source(Path::new("functions/a/target/x.rs")));
    }
}
