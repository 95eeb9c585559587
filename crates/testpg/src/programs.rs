//! Where PostgreSQL's own programs are.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::Result;

/// Debian keeps a folder a version, so that several can stand side by side.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder of `initdb` and its like.
#[derive(Debug)]
pub(crate) struct Programs(PathBuf);

impl Programs {
    /// Debian's newest, else whatever is on the path.
    pub(crate) fn find() -> Result<Self> {
        debian(Path::new(DEBIAN)).or_else(on_path).map(Self).ok_or_else(|| {
            format!("PostgreSQL's programs are neither in {DEBIAN} nor on the path: `apt-get install postgresql`")
        })
    }

    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }
}

fn debian(folder: &Path) -> Option<PathBuf> {
    let versions = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    versions.filter(|bin| bin.join("initdb").is_file()).max_by_key(|bin| number(bin))
}

fn number(bin: &Path) -> u32 {
    let version = bin.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    version.and_then(|name| name.parse().ok()).unwrap_or(0)
}

fn on_path() -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).find(|folder| folder.join("initdb").is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_taken_by_its_number() {
        let folder = env::temp_dir().join(format!("houselights-programs-{}", std::process::id()));
        for version in ["9", "15", "16-broken"] {
            fs::create_dir_all(folder.join(version).join("bin")).unwrap();
            fs::write(folder.join(version).join("bin/initdb"), "").unwrap();
        }
        fs::create_dir_all(folder.join("17/bin")).unwrap();
        let found = debian(&folder);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, Some(folder.join("15/bin")));
        assert_eq!(debian(&folder), None);
    }
}
