//! `cargo xtask browser` and `cargo xtask screenshots`: real Chromium before the release binary.

use std::path::Path;
use std::process::Command;

use crate::env;
use crate::run::{self, Outcome};

/// Debian's packages; fonts are named because a page without any is a page of boxes.
const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-dejavu-core"];

/// Walks at one time. Each has a server and one or two browsers, so more than this only wait for each other.
const WALKS: &str = "--test-threads=3";

/// The step of the test command: every walk.
pub(crate) fn step() -> Outcome {
    walks(&[])
}

/// `cargo xtask browser [FILTER...]`.
pub(crate) fn walks(filter: &[&str]) -> Outcome {
    let mut command = cargo(&["test", "--test", "browser"])?;
    run::show(command.arg("--").arg(WALKS).args(filter))
}

/// `cargo xtask screenshots`.
pub(crate) fn screenshots() -> Outcome {
    let mut command = cargo(&["run", "--quiet", "--bin", "screenshots"])?;
    run::show(command.arg("--").arg(env::root().join("docs/screenshots")))
}

fn cargo(words: &[&str]) -> Result<Command, String> {
    let binary = env::houselights();
    if !binary.is_file() {
        return Err("no release binary; run `cargo build --release` first".into());
    }
    if !is_installed() {
        install()?;
    }
    let mut command = run::cargo(words);
    command.args(["--package", "houselights-browser", "--features", "chromium"]);
    command.env("HOUSELIGHTS_BINARY", binary);
    Ok(command)
}

fn is_installed() -> bool {
    let runs = |program: &str| run::succeeds(Command::new(program).arg("--version"));
    let browser = ["chromium", "chromium-browser", "google-chrome"].into_iter().any(runs);
    browser && runs("chromedriver") && runs("setpriv")
}

/// On Debian as root: from its packages. Anywhere else the person at the keyboard decides.
fn install() -> Outcome {
    let missing = "the browser tests need Chromium, its `chromedriver` and `setpriv` of util-linux \
                   (Debian: apt-get install chromium chromium-driver)";
    let root = run::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !root || !Path::new("/etc/debian_version").exists() {
        return Err(missing.into());
    }
    let apt = |args: &[&str]| run::show(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(args));
    apt(&["update", "--quiet"])?;
    apt(&[&["install", "--yes", "--quiet", "--no-install-recommends"], PACKAGES.as_slice()].concat())?;
    if is_installed() { Ok(()) } else { Err(missing.into()) }
}
