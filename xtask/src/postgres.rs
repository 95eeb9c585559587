//! PostgreSQL for the tests that start a cluster of their own.

use std::fs;
use std::process::Command;

use crate::run::{self, Outcome};

/// Debian's package: it brings the programs, and a server that tests leave alone.
const PACKAGE: &str = "postgresql";
const DEBIAN: &str = "/usr/lib/postgresql";

/// Makes sure that it is there: as root it is installed from Debian, else what is missing is said.
pub(crate) fn there() -> Outcome {
    if found() {
        return Ok(());
    }
    if run::capture(Command::new("id").arg("-u"))?.trim() != "0" {
        return Err(format!("PostgreSQL's programs are missing; run `apt-get install {PACKAGE}`"));
    }
    run::show(Command::new("apt-get").args(["update", "--quiet"]))?;
    let install = ["install", "--yes", "--quiet", "--no-install-recommends", PACKAGE];
    run::show(Command::new("apt-get").args(install).env("DEBIAN_FRONTEND", "noninteractive"))?;
    if found() { Ok(()) } else { Err(format!("Debian's package {PACKAGE} left no programs in {DEBIAN}")) }
}

fn found() -> bool {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    versions.map(|version| version.path().join("bin/initdb")).any(|program| program.is_file())
        || run::succeeds(Command::new("initdb").arg("--version"))
}
