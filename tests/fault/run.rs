//! Rounds: load, a crash at any moment, a restart, and what must hold after it.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{atomic::AtomicBool, mpsc},
    thread,
    time::{Duration, Instant},
};

use houselights_tests::harness::{
    Attempting as _, Result,
    house::{self, Customer},
    random::Random,
    server::{Recipe, Server},
};
use serde_json::json;

use crate::{
    check::{Kind, Observed, Violation, World, check},
    history::{Journal, Op, Outcome},
    load::{self, Round},
    observe::{free_seats, observe, retry},
};

const CLIENTS: usize = 12;
/// A server that has acknowledged nothing by then proves nothing.
const FIRST_ANSWER_WITHIN: Duration = Duration::from_mins(1);
/// So many microseconds after the round's first acknowledgement the server is killed at the latest. Counted from there
/// and not from the start of the load, so that no machine is too slow for a round to have something to lose.
const LATEST: u64 = 250_000;
const STOPS_WITHIN: Duration = Duration::from_secs(30);

/// What is counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) rounds: u64,
    pub(crate) acknowledged: usize,
    pub(crate) refused: usize,
    pub(crate) unknown: usize,
    pub(crate) retried: usize,
    pub(crate) killed_at_start: u64,
}

/// One run on one data folder.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) recipe: Recipe,
    pub(crate) customers: Vec<Customer>,
    pub(crate) world: World,
    pub(crate) counts: Counts,
    pub(crate) journal: Journal,
    seed: u64,
    began: Instant,
    server: Option<Server>,
}

/// What a round leaves: its history, what was seen after it, and what is wrong.
#[derive(Debug)]
pub(crate) struct Crashed {
    pub(crate) ops: Vec<Op>,
    pub(crate) seen: Observed,
    pub(crate) violations: Vec<Violation>,
}

impl Run {
    /// An open house with customers. The history goes beside the data folder.
    pub(crate) fn open(binary: &Path, work: &Path, seed: u64) -> Result<Self> {
        let recipe = house::anew(binary, &work.join("data"))?;
        let server = recipe.start()?;
        let customers = house::customers(&server, CLIENTS)?;
        let mut journal = Journal::create(&history(work))?;
        journal.note(&json!({"seed": seed, "clients": CLIENTS}))?;
        let (world, counts) = (World::default(), Counts::default());
        Ok(Self { recipe, customers, world, counts, journal, seed, began: Instant::now(), server: Some(server) })
    }

    /// Load and a crash, a restart, and a first look.
    pub(crate) fn crash(&mut self) -> Result<Crashed> {
        self.counts.rounds += 1;
        let mut random = Random::new(self.seed, self.counts.rounds);
        let server = self.server.take().ok_or("the server is not running")?;
        let round = self.round(&server);
        let moment = Duration::from_micros(2_000 + random.below(LATEST));
        let stop = AtomicBool::new(false);
        let (acknowledged, first) = mpsc::channel();
        let mut killed = Ok(());
        let diaries = load::all(round, &self.customers, &self.live(), (&stop, acknowledged), || {
            let came = first.recv_timeout(FIRST_ANSWER_WITHIN).attempting("nothing was acknowledged");
            // The seeded moment of the crash, not a wait for anything.
            thread::sleep(moment);
            killed = came.and(server.kill());
        });
        killed?;
        let mut violations = Vec::new();
        let mut ops = Vec::new();
        for diary in diaries {
            ops.extend(diary.ops);
            violations.extend(diary.violations);
        }
        self.count(&ops);
        self.journal.add(&ops)?;
        if random.percent(25) {
            let server = self.recipe.spawn()?;
            thread::sleep(Duration::from_micros(random.below(30_000)));
            server.kill()?;
            self.counts.killed_at_start += 1;
        }
        let server = self.recipe.start()?;
        let seen = observe(server.at, &self.customers, &self.world, false)?;
        self.server = Some(server);
        violations.extend(check(&self.world, &ops, &seen));
        Ok(Crashed { ops, seen, violations })
    }

    /// Retries what was not answered and looks again; the books must add up.
    pub(crate) fn settle(&mut self, mut crashed: Crashed) -> Result<Vec<Violation>> {
        let server = self.server.take().ok_or("the server is not running")?;
        let round = self.round(&server);
        self.counts.retried += crashed.ops.iter().filter(|op| op.is_unknown() && op.key.is_some()).count();
        let mut violations = crashed.violations;
        let known = &self.world;
        violations.extend(retry(round, &self.customers, known, &mut crashed.ops, &crashed.seen)?);
        let seen = observe(round.at, &self.customers, known, false)?;
        violations.extend(check(known, &crashed.ops, &seen));
        violations.extend(free_seats(round.at, &seen)?);
        if let Err(said) = self.recipe.verify() {
            violations.push(Violation(Kind::Books, said));
        }
        self.world = World(seen);
        self.server = Some(server);
        Ok(violations)
    }

    /// Reads every booking there ever was, then stops in good order and verifies once more.
    pub(crate) fn close(&mut self) -> Result<Vec<Violation>> {
        let server = self.server.take().ok_or("the server is not running")?;
        let all = observe(server.at, &self.customers, &self.world, true)?;
        let violations = check(&self.world, &[], &all);
        server.stop(STOPS_WITHIN)?;
        self.recipe.verify()?;
        Ok(violations)
    }

    fn round(&self, server: &Server) -> Round {
        Round { number: self.counts.rounds, seed: self.seed, at: server.at, began: self.began }
    }

    fn live(&self) -> Vec<Vec<i64>> {
        let mut by_user: HashMap<i64, Vec<i64>> = HashMap::new();
        for told in self.world.live() {
            by_user.entry(told.user).or_default().push(told.id);
        }
        self.customers.iter().map(|one| by_user.remove(&one.id).unwrap_or_default()).collect()
    }

    fn count(&mut self, ops: &[Op]) {
        for op in ops {
            match op.outcome {
                Outcome::Ok(_) => self.counts.acknowledged += 1,
                Outcome::Refused(_) => self.counts.refused += 1,
                Outcome::Unknown(_) => self.counts.unknown += 1,
                Outcome::Wrong(_) => {}
            }
        }
    }
}

/// Where the history of a run is.
pub(crate) fn history(work: &Path) -> PathBuf {
    work.join("history.jsonl")
}
