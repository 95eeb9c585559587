//! Products that are wrong on purpose: each must be found out, in few rounds and by what it does to customers. One
//! binary has all of the faults that are built in; the variable `HOUSELIGHTS_MUTANT` switches one on.

use std::{path::Path, time::Instant};

use houselights_tests::harness::Result;

use crate::{
    check::{Kind, Violation},
    load::ACCOUNTS,
    nemesis::Nemesis,
    run::{Run, Setup},
    stage::Database,
};

/// What is done to the product before it is tormented.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mutation {
    /// The fault that is built into the binary and switched on.
    pub(crate) mutant: Option<&'static str>,
    /// PostgreSQL's claims have lost their key.
    pub(crate) keyless: bool,
    /// Every node is killed at the end of every round: what was acknowledged must outlive that.
    pub(crate) killed_last: bool,
    pub(crate) crowd: Crowd,
    pub(crate) hall: Hall,
}

/// Where shows are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Hall {
    /// On PostgreSQL sometimes in the large hall, otherwise in the small one.
    #[default]
    ByTurns,
    /// Seats are few, and staff change nothing.
    Small,
    /// Seats are plenty, and the shows new in every round. On PostgreSQL only.
    Large,
}

/// How customers come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Crowd {
    /// A client has several, one after the other.
    #[default]
    Usual,
    /// All at once.
    AtOnce,
    /// All at once, only to buy, and without keys: PostgreSQL is told so in one statement, while there are free seats.
    ToBuy,
    /// The same, but few: many would find out by themselves what staff have changed, while it is being changed.
    FewToBuy,
}

impl Crowd {
    /// How many come one after the other, so that the others come at once.
    pub(crate) const fn each(self) -> usize {
        match self {
            Self::Usual => ACCOUNTS,
            Self::AtOnce | Self::ToBuy => 1,
            Self::FewToBuy => 3 * ACCOUNTS,
        }
    }
}

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

const RIGHT: Mutation =
    Mutation { mutant: None, keyless: false, killed_last: false, crowd: Crowd::Usual, hall: Hall::Small };

const CASES: [Case; 12] = [
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
        says: "sells a show in one statement as it was before staff changed it",
        mutation: Mutation { mutant: Some("sells-by-old-rules"), crowd: Crowd::FewToBuy, hall: Hall::Large, ..RIGHT },
        database: Database::Postgres,
        nemesis: Nemesis::None,
        rounds: 8,
        kinds: &[Kind::OldRules],
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
    let (acknowledged, sales) = (run.counts.acknowledged, run.stage.sales());
    Err(format!("it passed {} rounds, of {acknowledged} acknowledged requests, with {sales:?}", case.rounds))
}

/// What was found, if it is what must be.
fn told(case: &Case, found: &[Violation]) -> Option<String> {
    let first = found.iter().find(|one| case.kinds.contains(&one.0))?;
    let count = found.iter().filter(|one| case.kinds.contains(&one.0)).count();
    Some(format!("{count} times, first {first}"))
}
