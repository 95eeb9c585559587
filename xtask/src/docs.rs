//! `cargo xtask docs`: the documents the binary itself can tell.

use std::fs;
use std::process::Command;

use crate::run::{self, Outcome};
use crate::{env, test};

/// A document and the subcommand that prints it.
const GENERATED: [(&str, &str); 2] = [("docs/configuration.md", "config-reference"), ("docs/openapi.json", "openapi")];

/// What to do with a document that differs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write it anew.
    Write,
    /// Fail and name it.
    Check,
}

/// Regenerates every generated document, or says which one is stale.
pub(crate) fn run(mode: Mode) -> Outcome {
    test::release_build()?;
    let mut stale = Vec::new();
    for (path, subcommand) in GENERATED {
        let wanted = run::capture(Command::new(env::houselights()).arg(subcommand))?;
        if wanted.trim().is_empty() {
            return Err(format!("`houselights {subcommand}` printed nothing"));
        }
        let file = env::root().join(path);
        if fs::read_to_string(&file).is_ok_and(|found| found == wanted) {
            println!("{path} is fresh");
        } else if mode == Mode::Check {
            stale.push(path);
        } else {
            fs::create_dir_all(env::root().join("docs")).map_err(|e| format!("cannot make docs/: {e}"))?;
            fs::write(&file, wanted).map_err(|e| format!("cannot write {path}: {e}"))?;
            println!("{path} written");
        }
    }
    if stale.is_empty() {
        Ok(())
    } else {
        Err(format!("stale: {}; run `cargo xtask docs` and commit the result", stale.join(", ")))
    }
}
