//! A small file system of one's own, to be really full.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Attempting as _, Result};

/// Writes until there is no room for another byte.
pub fn fill(ballast: &Path) -> Result {
    let mut file = File::options().create(true).append(true).open(ballast).attempting("the ballast")?;
    for size in [1 << 16, 1 << 12, 1 << 8, 1] {
        let piece = vec![0; size];
        while file.write_all(&piece).is_ok() {}
    }
    Ok(())
}

/// A small file system in memory, unmounted when dropped.
#[derive(Debug)]
pub struct Mounted(PathBuf);

impl Mounted {
    /// So many MiB at this place, which is made if need be. Whoever left something mounted there has left it for us.
    pub fn new(at: &Path, size: u64) -> Result<Self> {
        fs::create_dir_all(at).attempting("cannot make the mount point")?;
        let size = format!("size={size}m,mode=1777");
        let done = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).output();
        let done = done.attempting("cannot run mount")?;
        if !done.status.success() {
            return Err(format!("mounting a small tmpfs needs root: {}", String::from_utf8_lossy(&done.stderr).trim()));
        }
        Ok(Self(at.to_owned()))
    }

    /// Where it is.
    pub fn at(&self) -> &Path {
        &self.0
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Lazily, for somebody may just be leaving; nothing is left of it when they have gone.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
