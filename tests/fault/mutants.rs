//! Products that are wrong on purpose: each must be found out, in few rounds and by what it does to customers. One
//! binary has all of the faults that are built in; the variable `HOUSELIGHTS_MUTANT` switches one on.

use std::{path::Path, time::Instant};

use houselights_tests::harness::Result;

use crate::{
    check::{Kind, Violation},
    nemesis::Nemesis,
    run::{Crowd, Mutation, Run, Setup},
    stage::Database,
};

/// A mutant: what is wrong with it, under which torment that shows, and as what it must be found.
struct Case {
    says: &'static str,
    mutation: Mutation,
    database: Database,
    nemesis: Nemesis,
    /// The most rounds that it may pass for right.
    rounds: u64,
    kinds: &'static [Kind],
}

const RIGHT: Mutation = Mutation { mutant: None, keyless: false, killed_last: false, crowd: Crowd::Usual };

const CASES: [Case; 11] = [
    Case {
        says: "answers before the commit",
        mutation: Mutation { mutant: Some("answers-first"), killed_last: true, ..RIGHT },
        database: Database::Sqlite,
        nemesis: Nemesis::None,
        rounds: 1,
        kinds: &[Kind::Lost],
    },
    Case {
        says: "answers before the commit",
        mutation: Mutation { mutant: Some("answers-first"), killed_last: true, ..RIGHT },
        database: Database::Postgres,
        nemesis: Nemesis::None,
        rounds: 1,
        kinds: &[Kind::Lost],
    },
    Case {
        says: "does not look whether a seat is taken",
        mutation: Mutation { mutant: Some("claims-blindly"), ..RIGHT },
        database: Database::Sqlite,
        nemesis: Nemesis::None,
        rounds: 2,
        // What stands behind the look refuses it, and customers are told 500.
        kinds: &[Kind::TwoOwners, Kind::Wrong],
    },
    Case {
        says: "gives seats away whoever has them",
        mutation: Mutation { mutant: Some("moves-blindly"), ..RIGHT },
        database: Database::Sqlite,
        nemesis: Nemesis::None,
        rounds: 2,
        kinds: &[Kind::TwoOwners],
    },
    Case {
        says: "has claims without their key",
        mutation: Mutation { keyless: true, crowd: Crowd::AtOnce, ..RIGHT },
        database: Database::Postgres,
        nemesis: Nemesis::None,
        rounds: 20,
        kinds: &[Kind::TwoOwners],
    },
    Case {
        says: "carries a retry out again",
        mutation: Mutation { mutant: Some("forgets-keys"), ..RIGHT },
        database: Database::Sqlite,
        nemesis: Nemesis::None,
        rounds: 4,
        kinds: &[Kind::Retry],
    },
    Case {
        says: "locks seats in no order",
        mutation: Mutation { mutant: Some("locks-unsorted"), crowd: Crowd::AtOnce, ..RIGHT },
        database: Database::Postgres,
        nemesis: Nemesis::None,
        rounds: 60,
        kinds: &[Kind::Deadlock],
    },
    Case {
        says: "takes a commit whose answer was lost for none",
        mutation: Mutation { mutant: Some("doubts-commits"), ..RIGHT },
        database: Database::Postgres,
        nemesis: Nemesis::CutAfterCommit,
        rounds: 4,
        kinds: &[Kind::Ghost, Kind::Unasked],
    },
    Case {
        says: "sells a claimed seat in one statement",
        mutation: Mutation { mutant: Some("sells-taken"), crowd: Crowd::ToBuy, ..RIGHT },
        database: Database::Postgres,
        nemesis: Nemesis::None,
        rounds: 2,
        kinds: &[Kind::TwoOwners],
    },
    Case {
        says: "answers when the sale's statement is sent",
        mutation: Mutation { mutant: Some("sells-unheard"), crowd: Crowd::ToBuy, ..RIGHT },
        database: Database::Postgres,
        nemesis: Nemesis::None,
        rounds: 2,
        kinds: &[Kind::Lost],
    },
    Case {
        says: "frees all seats of an order when one is given back",
        mutation: Mutation { mutant: Some("frees-order"), ..RIGHT },
        database: Database::Sqlite,
        nemesis: Nemesis::None,
        rounds: 4,
        kinds: &[Kind::TwoOwners, Kind::Books],
    },
];

/// All of them, or those that have this fault switched on. One that is not found out is an error.
pub(crate) fn all(binary: &Path, work: &Path, seed: u64, only: Option<&str>) -> Result {
    let mut missed = Vec::new();
    for case in CASES.iter().filter(|case| only.is_none() || case.mutation.mutant == only) {
        let began = Instant::now();
        let name = case.database.name();
        match one(case, binary, work, seed) {
            Ok(found) => println!("found: {name}, {}: {found} ({:.1} s)", case.says, began.elapsed().as_secs_f64()),
            Err(why) => {
                println!("MISSED: {name}, {}: {why}", case.says);
                missed.push(case.says);
            }
        }
    }
    if missed.is_empty() {
        return Ok(());
    }
    Err(format!("{} of {} mutants were not found out (seed {seed}): {}", missed.len(), CASES.len(), missed.join("; ")))
}

fn one(case: &Case, binary: &Path, work: &Path, seed: u64) -> Result<String> {
    let Case { database, nemesis, mutation, .. } = *case;
    let (binary, work, nemeses) = (binary.to_owned(), work.to_owned(), vec![nemesis]);
    let mut run = Run::open(Setup { binary, work, seed, database, nemeses, mutation })?;
    for round in 1..=case.rounds {
        let played = run.play()?;
        let mut found = told(case, &played.violations);
        if found.is_none() {
            found = told(case, &run.settle(played)?);
        }
        if let Some(found) = found {
            run.stage.clear()?;
            return Ok(format!("in round {round}, {found}"));
        }
    }
    Err(format!("it passed {} rounds, of {} acknowledged requests", case.rounds, run.counts.acknowledged))
}

/// What was found, if it is what must be.
fn told(case: &Case, found: &[Violation]) -> Option<String> {
    let first = found.iter().find(|one| case.kinds.contains(&one.0))?;
    let count = found.iter().filter(|one| case.kinds.contains(&one.0)).count();
    Some(format!("{count} times, first {first}"))
}
