//! Where things are.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The repository's root: cargo tells a program it runs where its package stands.
pub(crate) fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("xtask"), PathBuf::from);
    here.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Cargo's target folder, which also holds every tool and file made here.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The cargo that runs this program.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}

/// The release binary that `steps::build_release` makes.
pub(crate) fn houselights() -> PathBuf {
    target().join("release").join(format!("houselights{}", env::consts::EXE_SUFFIX))
}

/// The debug binary, where it has been built.
pub(crate) fn debug() -> PathBuf {
    target().join("debug").join(format!("houselights{}", env::consts::EXE_SUFFIX))
}

/// A folder for logs and temporary data under the target folder.
pub(crate) fn scratch() -> PathBuf {
    target().join("xtask")
}
