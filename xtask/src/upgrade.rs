//! `cargo xtask upgrade`: two nodes of one release become nodes of the next one by one, and go back, under load.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{self, Outcome};
use crate::{env, fault, postgres};

/// `cargo xtask upgrade [--from REVISION | --old BINARY --new BINARY]`.
pub(crate) fn command(words: &[&str]) -> Outcome {
    match words {
        [] => between_revisions(&release_before()?),
        ["--from", revision] => between_revisions(revision),
        ["--old", old, "--new", new] | ["--new", new, "--old", old] => {
            drill(&[("--old", Path::new(old)), ("--new", Path::new(new)), ("--next", &fault::with_faults()?)])
        }
        _ => Err("upgrade has --from REVISION, or --old BINARY and --new BINARY".into()),
    }
}

/// The step of the test command: the release binary, and a debug build whose schema is a step further.
pub(crate) fn quick() -> Outcome {
    drill(&[("--old", &fault::released()?), ("--next", &fault::with_faults()?)])
}

fn between_revisions(from: &str) -> Outcome {
    let work = fault::scratch("upgrade")?;
    let (old, new) = (built(from, &work)?, work.join("new"));
    kept(&mut build(&env::root()), &new)?;
    drill(&[("--old", &old), ("--new", &new), ("--next", &fault::with_faults()?)])
}

fn drill(releases: &[(&str, &Path)]) -> Outcome {
    postgres::there()?;
    let (drill, load) = (fault::program("upgrade")?, fault::program("fault")?);
    let mut command = Command::new(drill);
    command.arg("--fault").arg(load).arg("--work").arg(fault::scratch("upgrade/work")?);
    for (option, binary) in releases {
        command.arg(option).arg(binary);
    }
    run::show(&mut command)
}

/// The last release's tag or, before the first release, what there was before the last change of the product.
fn release_before() -> Result<String, String> {
    let tag = git(&["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"]).output();
    let tag = tag.map_err(|error| format!("cannot start git: {error}"))?;
    if tag.status.success() {
        return Ok(String::from_utf8_lossy(&tag.stdout).trim().to_owned());
    }
    let last = run::capture(&mut git(&["rev-list", "--max-count=1", "HEAD", "--", "crates"]))?;
    Ok(format!("{}^", last.trim()))
}

/// Builds another revision, in a checkout of its own that is gone afterwards.
fn built(revision: &str, work: &Path) -> Result<PathBuf, String> {
    let (checkout, binary) = (work.join("checkout"), work.join("old"));
    let path = checkout.to_string_lossy();
    if checkout.exists() {
        run::show(&mut git(&["worktree", "remove", "--force", &path]))?;
    }
    run::show(&mut git(&["worktree", "add", "--force", "--detach", &path, revision]))?;
    let kept = kept(&mut build(&checkout), &binary);
    let removed = run::show(&mut git(&["worktree", "remove", "--force", &path]));
    kept.and(removed).map(|()| binary)
}

/// Dependencies are in the target folder already. Debug builds: it is not speed that is looked at.
fn build(root: &Path) -> Command {
    let mut build = run::cargo(&["build", "--locked", "--workspace", "--bin", "houselights"]);
    build.current_dir(root).env("CARGO_TARGET_DIR", env::target());
    build
}

/// Builds, and keeps the binary before another build takes its place.
fn kept(build: &mut Command, binary: &Path) -> Outcome {
    run::show(build)?;
    fs::rename(env::debug(), binary).map_err(|error| format!("cannot keep {}: {error}", binary.display()))
}

fn git(words: &[&str]) -> Command {
    let mut git = Command::new("git");
    git.args(words).current_dir(env::root());
    git
}
