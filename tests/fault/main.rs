//! `kill -9` under load, again and again, on the real binary: `cargo xtask fault`, told of in docs/FAULTS.md.
#![expect(clippy::print_stdout, reason = "a test program's output is its interface")]
#![expect(clippy::print_stderr, reason = "and so are its complaints")]

mod check;
#[cfg(test)]
mod check_tests;
mod history;
mod linear;
mod load;
mod observe;
mod run;
mod stories;
mod tampered;

use std::{
    fs,
    path::PathBuf,
    process::ExitCode,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use check::{Kind, Violation};
use houselights_tests::harness::{Attempting as _, Result};
use run::Run;

struct Args {
    binary: PathBuf,
    work: PathBuf,
    rounds: u64,
    seed: u64,
    mode: String,
}

fn main() -> ExitCode {
    match args().and_then(|args| run(&args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn args() -> Result<Args> {
    let mut args =
        Args { binary: PathBuf::new(), work: PathBuf::new(), rounds: 20, seed: fresh_seed(), mode: "rounds".into() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--binary" => args.binary = value()?.into(),
            "--work" => args.work = value()?.into(),
            "--rounds" => args.rounds = value()?.parse().attempting("--rounds")?,
            "--seed" => args.seed = value()?.parse().attempting("--seed")?,
            "--mode" => args.mode = value()?,
            _ => return Err(format!("{word} is no option; start it by `cargo xtask fault`")),
        }
    }
    if args.binary.as_os_str().is_empty() || args.work.as_os_str().is_empty() {
        return Err("--binary and --work are needed; start it by `cargo xtask fault`".into());
    }
    Ok(args)
}

#[expect(clippy::disallowed_methods, reason = "a run without a seed takes one that it prints")]
fn fresh_seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs())
}

fn run(args: &Args) -> Result {
    fs::create_dir_all(&args.work).attempting("cannot make the work folder")?;
    println!("seed {}", args.seed);
    match args.mode.as_str() {
        "rounds" => rounds(args),
        "mutant" => mutant(args),
        "tampered" => tampered::all(&args.binary, &args.work, args.seed),
        other => Err(format!("--mode {other} is none of rounds, mutant, tampered")),
    }
}

fn rounds(args: &Args) -> Result {
    let began = Instant::now();
    let mut run = Run::open(&args.binary, &args.work, args.seed)?;
    for _ in 0..args.rounds {
        let crashed = run.crash()?;
        let violations = run.settle(crashed)?;
        clean(args, &run, &violations)?;
    }
    let violations = run.close()?;
    clean(args, &run, &violations)?;
    let counts = run.counts;
    println!(
        "{} rounds, each ended by SIGKILL ({} servers more were killed while they started): {} acknowledged, {} refused, \
         {} unknown, of which {} retried with their key; {} bookings in all; 0 violations ({:.0} s)",
        counts.rounds,
        counts.killed_at_start,
        counts.acknowledged,
        counts.refused,
        counts.unknown,
        counts.retried,
        run.world.0.len(),
        began.elapsed().as_secs_f64()
    );
    if counts.acknowledged == 0 || counts.unknown == 0 {
        return Err("nothing was acknowledged, or nothing was cut: this proves nothing".into());
    }
    fs::remove_dir_all(&run.recipe.data).attempting("cannot remove the data folder")
}

fn clean(args: &Args, run: &Run, violations: &[Violation]) -> Result {
    if violations.is_empty() {
        return Ok(());
    }
    for Violation(kind, sentence) in violations.iter().take(50) {
        eprintln!("{kind:?}: {sentence}");
    }
    Err(format!(
        "{} violations in round {} with --seed {}; kept: {} and {}",
        violations.len(),
        run.counts.rounds,
        args.seed,
        run::history(&args.work).display(),
        run.recipe.data.display()
    ))
}

/// The binary answers before it commits, and never commits within a round: what the first round acknowledged is lost.
fn mutant(args: &Args) -> Result {
    let mut run = Run::open(&args.binary, &args.work, args.seed)?;
    let crashed = run.crash()?;
    let lost: Vec<&Violation> = crashed.violations.iter().filter(|one| matches!(one.0, Kind::Lost)).collect();
    let Some(Violation(kind, sentence)) = lost.first() else {
        return Err(format!(
            "a server that answers before the commit was not found out (seed {}): of {} acknowledged none was lost",
            args.seed, run.counts.acknowledged
        ));
    };
    let acknowledged = run.counts.acknowledged;
    println!("found out: {acknowledged} requests acknowledged, {} bookings lost; {kind:?}: {sentence}", lost.len());
    fs::remove_dir_all(&run.recipe.data).attempting("cannot remove the data folder")
}
