//! `cargo xtask browser` and `cargo xtask screenshots`: real Chromium before the release binary.

use std::process::Command;

use crate::run::{self, Outcome};
use crate::{debian, env};

const NEEDS: &str = "the browser tests need Chromium, its `chromedriver`, and `setpriv` of util-linux";

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
    debian::ensure(is_installed, NEEDS, &PACKAGES)?;
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
