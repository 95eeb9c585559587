//! `cargo xtask fault`, `hard` and `watchers`: the programs of `tests/` that torment the real binary, or measure it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::debian;
use crate::env;
use crate::postgres;
use crate::run::{self, Outcome};

/// How long `cargo xtask fault` goes on unless told: the full proof. The test command takes less.
const FULL: &[&str] = &["--minutes", "10"];
const QUICK: [&[&str]; 2] =
    [&["--database", "sqlite", "--rounds", "20"], &["--database", "postgres", "--rounds", "all"]];

/// Moves clocks, and lays and cuts cables.
const TOOLS: &[&str] = &["faketime", "iproute2"];

/// `cargo xtask fault [--mutants | --replay HISTORY] [--database D] [--minutes N | --rounds N] [--nemesis A,B] [--seed S]`.
pub(crate) fn command(words: &[&str]) -> Outcome {
    match words {
        ["--mutants", rest @ ..] => mutants(rest),
        ["--replay", history] => {
            run::show(Command::new(program("fault")?).args(["--mode", "replay", "--history", history]))
        }
        words if words.contains(&"--rounds") || words.contains(&"--minutes") => rounds(words),
        words => rounds(&[FULL, words].concat()),
    }
}

/// The step of the test command.
pub(crate) fn quick() -> Outcome {
    QUICK.iter().try_for_each(|words| rounds(words))
}

/// The checker goes red on tampered databases and on products that are wrong on purpose.
pub(crate) fn mutants_step() -> Outcome {
    mutants(&[])
}

/// Torment, heal, compare.
fn rounds(words: &[&str]) -> Outcome {
    postgres::there()?;
    debian::ensure(tools, "moving clocks and cutting cables needs faketime and `ip`", TOOLS)?;
    let fault = program("fault")?;
    torment(&fault, &released()?, "fault", words)
}

fn mutants(words: &[&str]) -> Outcome {
    postgres::there()?;
    let fault = program("fault")?;
    torment(&fault, &released()?, "fault-tampered", &[&["--mode", "tampered"], words].concat())?;
    let mutant = with_faults()?;
    torment(&fault, &mutant, "fault-mutants", &[&["--mode", "mutants"], words].concat())?;
    found_by_tests()
}

/// A debug build that can be told to do things wrong, or to know steps of the schema to come.
pub(crate) fn with_faults() -> Result<PathBuf, String> {
    let (debug, mutant) = (env::debug(), scratch("mutant")?.join("houselights-that-loses-bookings"));
    // The whole workspace is named for the same reason as below.
    let build = ["build", "--workspace", "--bin", "houselights", "--features", "houselights-store/fault-injection"];
    run::show(&mut run::cargo(&build))?;
    // It is taken away: nobody is to find the mutant where they expect the product.
    fs::rename(debug, &mutant).map_err(|e| format!("cannot take the mutant out of the target folder: {e}"))?;
    Ok(mutant)
}

/// Mutants that tests of the store must find: over HTTP seats cannot be held yet, and what the rounds find of the other
/// by luck the test finds each time. What is wrong, and which tests must fail.
const FOUND_BY_TESTS: [(&str, &str, &[&str]); 2] = [
    (
        "expires-paid",
        "lets paid holds expire",
        &["sqlite::a_confirmed_hold_never_lapses", "postgres::a_confirmed_hold_never_lapses"],
    ),
    (
        "sells-by-old-rules",
        "sells a show in one statement as it was before staff changed it",
        &["short::a_show_that_staff_have_changed_is_sold_by_its_new_rules"],
    ),
];

/// The tests must pass, and fail with their mutant.
fn found_by_tests() -> Outcome {
    let run = |tests: &[&str]| {
        let words = ["test", "--workspace", "--test", "hot", "--features", "houselights-store/fault-injection"];
        run::cargo(&[&words[..], &["--", "--exact"], tests].concat())
    };
    let all: Vec<&str> = FOUND_BY_TESTS.iter().flat_map(|(_, _, tests)| *tests).copied().collect();
    run::show(&mut run(&all))?;
    for (mutant, says, tests) in FOUND_BY_TESTS {
        let output = run(tests).env("HOUSELIGHTS_MUTANT", mutant).output();
        let output = output.map_err(|e| format!("cannot start cargo: {e}"))?;
        let said = String::from_utf8_lossy(&output.stdout);
        if let Some(test) = tests.iter().find(|test| !said.contains(&format!("test {test} ... FAILED"))) {
            return Err(format!("MISSED: {says}: the store's test {test} does not fail: {said}"));
        }
        println!("found: {says}: {} fails", tests.join(" and "));
    }
    Ok(())
}

/// `cargo xtask hard [CASE...]`.
pub(crate) fn hard(cases: &[&str]) -> Outcome {
    let hard = program("hard")?;
    // One case opens ten thousand connections.
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n \"$(ulimit -Hn)\"; exec \"$0\" \"$@\""]).arg(hard);
    run::show(command.arg(released()?).arg(scratch("hard")?).args(cases))
}

/// `cargo xtask watchers [N]`.
pub(crate) fn watchers(count: &str) -> Outcome {
    let watchers = program("watchers")?;
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n \"$(ulimit -Hn)\"; exec \"$0\" \"$@\""]).arg(watchers);
    run::show(command.arg(released()?).arg(scratch("watchers")?).arg(count))
}

/// The step of the test command.
pub(crate) fn hard_step() -> Outcome {
    hard(&[])
}

fn tools() -> bool {
    ["faketime", "ip"].iter().all(|tool| run::succeeds(Command::new("sh").args(["-c", "command -v \"$0\"", tool])))
}

fn torment(fault: &Path, binary: &Path, work: &str, words: &[&str]) -> Outcome {
    let mut command = Command::new(fault);
    run::show(command.arg("--binary").arg(binary).arg("--work").arg(scratch(work)?).args(words))
}

/// Builds one of the programs. The whole workspace is named so that dependencies are built with the same features as
/// for everything else.
pub(crate) fn program(name: &str) -> Result<PathBuf, String> {
    run::show(&mut run::cargo(&["build", "--workspace", "--bin", name]))?;
    Ok(env::target().join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

pub(crate) fn released() -> Result<PathBuf, String> {
    let binary = env::houselights();
    if binary.is_file() { Ok(binary) } else { Err("no release binary; run `cargo build --release` first".into()) }
}

pub(crate) fn scratch(name: &str) -> Result<PathBuf, String> {
    let folder = env::scratch().join(name);
    fs::create_dir_all(&folder).map_err(|e| format!("cannot make {name}: {e}"))?;
    Ok(folder)
}
