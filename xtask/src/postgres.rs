//! PostgreSQL for the tests that start a cluster of their own.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::debian;
use crate::run::{self, Outcome};

/// Debian's package: it brings the programs, and a server that tests leave alone.
const PACKAGE: &str = "postgresql";
const DEBIAN: &str = "/usr/lib/postgresql";

/// Debian keeps it where only root's path leads.
const BOUNCER: &str = "/usr/sbin/pgbouncer";

/// Makes sure that there is a PgBouncer too.
pub(crate) fn bouncer_there() -> Outcome {
    debian::ensure(|| Path::new(BOUNCER).is_file(), "tests through PgBouncer need it", &["pgbouncer"])
}

/// Makes sure that it is there.
pub(crate) fn there() -> Outcome {
    debian::ensure(found, "tests on PostgreSQL need its programs", &[PACKAGE])
}

fn found() -> bool {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    versions.map(|version| version.path().join("bin/initdb")).any(|program| program.is_file())
        || run::succeeds(Command::new("initdb").arg("--version"))
}
