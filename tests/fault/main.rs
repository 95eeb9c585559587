//! Customers book on the real binary while it, its database and the way between them are tormented: `cargo xtask fault`,
//! told of in docs/FAULTS.md.
#![expect(clippy::print_stdout, reason = "a test program's output is its interface")]
#![expect(clippy::print_stderr, reason = "and so are its complaints")]

mod against;
mod check;
#[cfg(test)]
mod check_tests;
mod history;
mod journal;
mod linear;
mod load;
mod mutants;
mod nemesis;
mod network;
mod node;
mod observe;
mod proxy;
mod rounds;
mod rules;
#[cfg(test)]
mod rules_tests;
mod run;
mod staff;
mod stage;
mod stories;
mod tampered;
mod wire;

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use houselights_tests::harness::{self, Attempting as _, Result, house};
use mutants::Mutation;
use nemesis::Nemesis;
use rounds::{Length, rounds};
use run::Setup;
use stage::Database;

/// What was asked for on the command line.
struct Args {
    binary: PathBuf,
    work: PathBuf,
    history: PathBuf,
    length: Length,
    seed: u64,
    mode: String,
    databases: Vec<Database>,
    nemeses: Option<String>,
    nodes: Vec<SocketAddr>,
    mutant: Option<String>,
}

impl Args {
    fn setup(&self, database: Database) -> Result<Setup> {
        let all = || Ok(Nemesis::all(database).to_vec());
        let nemeses = self.nemeses.as_deref().map_or_else(all, |names| nemesis::named(names, database))?;
        let work = self.work.join(database.name().to_lowercase());
        fs::create_dir_all(&work).attempting("cannot make the work folder")?;
        Ok(Setup {
            binary: self.binary.clone(),
            work,
            seed: self.seed,
            database,
            nemeses,
            mutation: Mutation::default(),
        })
    }
}

fn main() -> ExitCode {
    harness::ended(args().and_then(|args| run(&args)))
}

fn args() -> Result<Args> {
    let mut args = Args {
        binary: PathBuf::new(),
        work: PathBuf::new(),
        history: PathBuf::new(),
        length: Length::All,
        seed: fresh_seed(),
        mode: "rounds".into(),
        databases: vec![Database::Sqlite, Database::Postgres],
        nemeses: None,
        nodes: Vec::new(),
        mutant: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--binary" => args.binary = value()?.into(),
            "--mutant" => args.mutant = Some(value()?),
            "--history" => args.history = value()?.into(),
            "--work" => args.work = value()?.into(),
            "--rounds" => {
                let rounds = value()?;
                let number = || rounds.parse().map(Length::Rounds).attempting("--rounds");
                args.length = if rounds == "all" { Length::All } else { number()? };
            }
            "--minutes" => {
                let minutes: f64 = value()?.parse().attempting("--minutes")?;
                args.length = Length::Time(Duration::try_from_secs_f64(minutes * 60.0).attempting("--minutes")?);
            }
            "--seed" => args.seed = value()?.parse().attempting("--seed")?,
            "--mode" => args.mode = value()?,
            "--database" => args.databases = databases(&value()?)?,
            "--nemesis" => args.nemeses = Some(value()?),
            "--nodes" => {
                let nodes = value()?;
                args.nodes =
                    nodes.split(',').map(str::parse).collect::<std::result::Result<_, _>>().attempting("--nodes")?;
            }
            _ => return Err(format!("{word} is no option; start it by `cargo xtask fault`")),
        }
    }
    Ok(args)
}

fn databases(word: &str) -> Result<Vec<Database>> {
    match word {
        "sqlite" => Ok(vec![Database::Sqlite]),
        "postgres" => Ok(vec![Database::Postgres]),
        "both" => Ok(vec![Database::Sqlite, Database::Postgres]),
        other => Err(format!("--database {other} is none of sqlite, postgres, both")),
    }
}

#[expect(clippy::disallowed_methods, reason = "a run without a seed takes one that it prints")]
fn fresh_seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs())
}

fn run(args: &Args) -> Result {
    match args.mode.as_str() {
        "programme" => {
            println!("{}", house::programme());
            return Ok(());
        }
        "replay" => return judge_again(&args.history),
        "against" => return against::against(&args.nodes, args.seed),
        _ => {}
    }
    if args.binary.as_os_str().is_empty() || args.work.as_os_str().is_empty() {
        return Err("--binary and --work are needed; start it by `cargo xtask fault`".into());
    }
    println!("seed {}", args.seed);
    match args.mode.as_str() {
        "rounds" => {
            let each = args.length.shared_by(args.databases.len());
            args.databases.iter().try_for_each(|database| rounds(&args.setup(*database)?, each))
        }
        "mutants" => mutants::all(&args.binary, &args.work, args.seed, args.mutant.as_deref()),
        "tampered" => tampered::all(&args.binary, &args.work, args.seed),
        other => Err(format!("--mode {other} is none of rounds, mutants, tampered, replay, against, programme")),
    }
}

/// Judges a history again, and says what it finds in which round.
fn judge_again(path: &Path) -> Result {
    let judged = journal::replay(path)?;
    println!("{}", judged.told);
    for (round, sentence) in judged.found.iter().take(50) {
        eprintln!("{round} {sentence}");
    }
    match judged.found.len() {
        0 => {
            println!("0 violations");
            Ok(())
        }
        count => Err(format!("{count} violations in {}", path.display())),
    }
}
