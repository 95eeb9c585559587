//! The product's source files, and the steps of its schema.

use std::fs;
use std::path::{Path, PathBuf};

/// One file: its path from the repository's root, with forward slashes, and its text.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every `.rs` file under `crates/`.
pub(crate) fn all() -> Vec<Source> {
    let found = under("crates", "rs");
    assert!(found.len() >= 10, "only {} source files found: the walk is broken", found.len());
    found
}

/// Every step of the schema.
pub(crate) fn migrations() -> Vec<Source> {
    let found = under("crates/store/migrations", "sql");
    assert!(!found.is_empty(), "no migration found: the walk is broken");
    found
}

fn under(folder: &str, ending: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<PathBuf> = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder that can be listed") {
            let path = entry.expect("an entry that can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                let text = fs::read_to_string(&path).expect("source in UTF-8");
                let name = path.strip_prefix(&root).expect("below the root").to_string_lossy().replace('\\', "/");
                found.push(Source { path: name, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}
