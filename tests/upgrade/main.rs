//! Two nodes of one release become nodes of the next one by one, and go back, while customers book: `cargo xtask
//! upgrade`, told of in deploy/UPGRADING.md. The load and its checker are the program `fault`.
#![expect(clippy::print_stdout, reason = "a test program's output is its interface")]

mod balanced;
mod drill;
mod lives;
mod office;
mod papers;

use std::{path::PathBuf, process::ExitCode};

use houselights_tests::harness::{self, Result};

/// What was asked for on the command line.
#[derive(Debug, Default)]
struct Args {
    /// The release that stands.
    old: PathBuf,
    /// The one that comes. Where it is missing, only `next` comes.
    new: Option<PathBuf>,
    /// A debug build with `fault-injection`, which can be told to know a step of the schema more.
    next: Option<PathBuf>,
    fault: PathBuf,
    work: PathBuf,
}

fn main() -> ExitCode {
    harness::ended(args().and_then(|args| drill::run(&args)))
}

fn args() -> Result<Args> {
    let mut args = Args::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = PathBuf::from(words.next().ok_or_else(|| format!("{word} needs a value"))?);
        match word.as_str() {
            "--old" => args.old = value,
            "--new" => args.new = Some(value),
            "--next" => args.next = Some(value),
            "--fault" => args.fault = value,
            "--work" => args.work = value,
            _ => return Err(format!("{word} is no option; start it by `cargo xtask upgrade`")),
        }
    }
    Ok(args)
}
