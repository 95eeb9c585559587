//! `cargo xtask deny`: licences, banned crates and sources, by cargo-deny and `deny.toml`.
//!
//! Advisories need a fresh copy of a database from the network, which a build machine may not reach, and change
//! without a change here; they are asked for by name (`--advisories`) instead of failing every build.

use std::path::PathBuf;
use std::process::Command;

use crate::env;
use crate::run::{self, Outcome};

const VERSION: &str = "0.20.2";

/// Whether to check against the advisory database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Advisories {
    /// Only what needs no network.
    Leave,
    /// Fetch the database and check against it.
    Fetch,
}

/// Checks the dependency rules, building cargo-deny first where it is missing.
pub(crate) fn run(advisories: Advisories) -> Outcome {
    let program = find_or_install()?;
    let deny = |args: &[&str]| {
        let mut command = Command::new(&program);
        command.current_dir(env::root()).args(args);
        run::show(&mut command)
    };
    // cargo-deny reads crates of every platform; a build has fetched only its own.
    run::show(&mut run::cargo(&["fetch", "--locked"]))?;
    deny(&["--offline", "--all-features", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"])?;
    if advisories == Advisories::Fetch { deny(&["check", "advisories"]) } else { Ok(()) }
}

/// The pinned version from the path or from an earlier run; else builds it once into the target folder.
fn find_or_install() -> Result<PathBuf, String> {
    let tools = env::target().join("tools");
    let own = tools.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    for candidate in [PathBuf::from("cargo-deny"), own.clone()] {
        if is_pinned_version(&candidate) {
            return Ok(candidate);
        }
    }
    let mut install = run::cargo(&["install", "--locked", &format!("cargo-deny@{VERSION}"), "--root"]);
    install.arg(&tools).env("CARGO_TARGET_DIR", tools.join("build"));
    run::show(&mut install)?;
    if is_pinned_version(&own) { Ok(own) } else { Err("cargo-deny was installed but does not run".into()) }
}

fn is_pinned_version(program: &PathBuf) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| {
        String::from_utf8_lossy(&output.stdout).split_whitespace().last().is_some_and(|version| version == VERSION)
    })
}
