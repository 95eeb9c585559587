//! PostgreSQL loses its primary while customers book: `cargo xtask failover`, told of in docs/FAULTS.md. The machines
//! are made from the templates of deploy/ha; the load and its checker are the program `fault`.
#![expect(clippy::print_stdout, reason = "a test program's output is its interface")]

mod drill;
mod office;
mod probe;

use std::{path::PathBuf, process::ExitCode};

use houselights_tests::harness::{self, Attempting as _, Result};
use office::By;

/// What was asked for on the command line.
#[derive(Debug, Default)]
struct Args {
    binary: PathBuf,
    fault: PathBuf,
    templates: PathBuf,
    work: PathBuf,
    kills: usize,
    freezes: usize,
    switches: usize,
    by: By,
}

fn main() -> ExitCode {
    harness::ended(args().and_then(|args| drill::run(&args)))
}

fn args() -> Result<Args> {
    let mut args = Args::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--binary" => args.binary = value.into(),
            "--fault" => args.fault = value.into(),
            "--templates" => args.templates = value.into(),
            "--work" => args.work = value.into(),
            "--kills" => args.kills = value.parse().attempting("--kills")?,
            "--freezes" => args.freezes = value.parse().attempting("--freezes")?,
            "--by" if value == "two-ways" => args.by = By::TwoWays,
            "--by" if value == "pgbouncer" => args.by = By::PgBouncer,
            "--switches" => args.switches = value.parse().attempting("--switches")?,
            _ => return Err(format!("{word} is no option; start it by `cargo xtask failover`")),
        }
    }
    Ok(args)
}
