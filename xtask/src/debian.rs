//! Programs that a step needs: on Debian as root they are installed, anywhere else the person at the keyboard decides.

use std::path::Path;
use std::process::Command;

use crate::run::{self, Outcome};

/// Makes sure that `there` holds, installing packages where it does not. `needs` says in a sentence what for.
pub(crate) fn ensure(there: impl Fn() -> bool, needs: &str, packages: &[&str]) -> Outcome {
    if there() {
        return Ok(());
    }
    let missing = || Err(format!("{needs} (Debian: apt-get install {})", packages.join(" ")));
    let root = run::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !root || !Path::new("/etc/debian_version").exists() {
        return missing();
    }
    let apt = |args: &[&str]| run::show(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(args));
    apt(&["update", "--quiet"])?;
    apt(&[&["install", "--yes", "--quiet", "--no-install-recommends"], packages].concat())?;
    if there() { Ok(()) } else { missing() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_left_alone() {
        assert_eq!(ensure(|| true, "x needs y", &["no-such-package"]), Ok(()));
    }
}
