//! Hard inputs and bad places, on the real binary: `cargo xtask hard`, told of in docs/FAULTS.md.
#![expect(clippy::print_stdout, reason = "a test program's output is its interface")]

mod bodies;
mod connections;
mod disk;
mod folders;
mod queue;
mod start;
mod stop;

use std::{fs, path::PathBuf, process::ExitCode, time::Instant};

use houselights_tests::harness::{self, Attempting as _, Result, house, server::Recipe};

/// Where a case works.
pub(crate) struct Place {
    pub(crate) binary: PathBuf,
    pub(crate) folder: PathBuf,
}

impl Place {
    /// A house in the case's own folder.
    pub(crate) fn house(&self) -> Result<Recipe> {
        house::anew(&self.binary, &self.folder.join("data"))
    }
}

/// What must hold; it returns what was measured.
struct Case {
    name: &'static str,
    run: fn(&Place) -> Result<String>,
}

const CASES: [Case; 14] = [
    Case { name: "start", run: start::first_answer_and_idle_memory },
    Case { name: "bodies-of-100-mb", run: bodies::are_refused_in_little_memory },
    Case { name: "slow-heads", run: connections::slow_heads_are_cut_and_hurt_nobody },
    Case { name: "slow-bodies", run: connections::slow_bodies_are_cut_and_hurt_nobody },
    Case { name: "ten-thousand-idle", run: connections::ten_thousand_idle },
    Case { name: "full-queue", run: queue::sheds_with_retry_after },
    Case { name: "full-disk", run: disk::full_file_system },
    Case { name: "file-size-limit", run: disk::file_size_limit },
    Case { name: "folder-below-a-file", run: folders::below_a_file },
    Case { name: "folder-immutable", run: folders::immutable },
    Case { name: "newer-schema", run: folders::newer_schema },
    Case { name: "second-server", run: folders::second_server },
    Case { name: "stop-under-load", run: stop::loses_nothing },
    Case { name: "stop-with-stuck-clients", run: stop::has_a_deadline },
];

fn main() -> ExitCode {
    harness::ended(run())
}

fn run() -> Result {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [binary, work, wanted @ ..] = words.as_slice() else {
        return Err("a binary and a work folder are needed; start it by `cargo xtask hard`".into());
    };
    if let Some(unknown) = wanted.iter().find(|word| CASES.iter().all(|case| case.name != word.as_str())) {
        return Err(format!("{unknown} is no case"));
    }
    let mut failed = 0;
    let chosen = CASES.iter().filter(|case| wanted.is_empty() || wanted.iter().any(|word| word == case.name));
    for case in chosen {
        let place = Place { binary: binary.into(), folder: PathBuf::from(work).join(case.name) };
        fs::create_dir_all(&place.folder).attempting("cannot make the case's folder")?;
        let start = Instant::now();
        let outcome = (case.run)(&place);
        let took = start.elapsed().as_secs_f64();
        match outcome {
            Ok(measured) => {
                println!("ok     {:<24} {took:>5.1} s  {measured}", case.name);
                fs::remove_dir_all(&place.folder).attempting("cannot remove the case's folder")?;
            }
            Err(why) => {
                failed += 1;
                println!("FAILED {:<24} {took:>5.1} s  {why}", case.name);
            }
        }
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} cases failed; their folders are kept in {work}")) }
}
