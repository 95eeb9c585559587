//! Rounds: load, whatever happens meanwhile, and what must hold after it.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use houselights_tests::harness::{
    Result,
    house::{self, Customer},
    random::Random,
    server::poll,
};
use serde_json::json;

use crate::{
    check::{Kind, Observed, Violation, World, check},
    history::{Op, Outcome},
    journal::{Journal, history},
    load::{self, Buyer, Diary, Round, Signs},
    nemesis::{Lots, Nemesis},
    observe::{free_seats, observe_all, retry},
    stage::{Database, Stage},
};

/// Clients at once.
const CLIENTS: usize = 12;
/// Accounts of a client: one that was not answered rests until the next round.
const ACCOUNTS: usize = 5;
/// A server that has acknowledged nothing by then proves nothing.
const FIRST_ANSWER_WITHIN: Duration = Duration::from_mins(1);
/// Everything being healed, it sells again by then.
const SELLS_WITHIN: Duration = Duration::from_mins(1);
/// After so long the numbers that a node keeps for new bookings are used up or thrown away.
const NUMBERS_LAST: Duration = Duration::from_secs(4);

/// What a run is to be.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) binary: PathBuf,
    pub(crate) work: PathBuf,
    pub(crate) seed: u64,
    pub(crate) database: Database,
    /// Lots: one is drawn a round.
    pub(crate) nemeses: Vec<Nemesis>,
    /// What is wrong with the product on purpose.
    pub(crate) mutation: Mutation,
}

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
}

/// What is counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) rounds: u64,
    pub(crate) by_nemesis: BTreeMap<Nemesis, u64>,
    pub(crate) acknowledged: usize,
    pub(crate) refused: usize,
    pub(crate) unknown: usize,
    pub(crate) retried: usize,
    /// The longest time from the end of a fault to the next acknowledgement.
    pub(crate) back: Duration,
}

/// One run on one house.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) stage: Stage,
    pub(crate) customers: Vec<Customer>,
    pub(crate) world: World,
    pub(crate) counts: Counts,
    pub(crate) journal: Journal,
    pub(crate) lots: Lots,
    /// What the round is about.
    pub(crate) happening: String,
    setup: Setup,
    began: Instant,
    /// The highest number of a booking at some moments.
    marks: Vec<(Instant, i64)>,
    /// Whatever is booked in this round has a higher number.
    floor: i64,
}

/// What a round leaves: its history, what was seen after it, and what is wrong.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) ops: Vec<Op>,
    pub(crate) seen: Observed,
    pub(crate) violations: Vec<Violation>,
}

impl Run {
    /// An open house with customers. The history goes beside the data folder.
    pub(crate) fn open(setup: Setup) -> Result<Self> {
        let Setup { database, seed, .. } = setup;
        let mut stage = Stage::set(database, &setup.binary, &setup.work)?;
        mutate(&mut stage, setup.mutation)?;
        for number in 0..stage.nodes.len() {
            stage.start(number)?;
        }
        let customers = house::customers_at(stage.doors.at(0), "customer", CLIENTS * ACCOUNTS)?;
        let mut journal = Journal::create(&history(&setup.work))?;
        journal.note(&json!({"seed": seed, "clients": CLIENTS, "database": database.name()}))?;
        let lots = Lots::new(&setup.nemeses, database, seed);
        let (world, counts, began) = (World::default(), Counts::default(), Instant::now());
        let (happening, marks, floor) = (String::new(), Vec::new(), 0);
        Ok(Self { stage, customers, world, counts, journal, lots, happening, setup, began, marks, floor })
    }

    /// Load and what the lots say, until all is well again, and a first look.
    pub(crate) fn play(&mut self) -> Result<Played> {
        self.counts.rounds += 1;
        // As of the beginning: what is booked first may have a number from a piece that was taken long before the end.
        self.floor = self.old_numbers();
        let database = self.setup.database;
        let mut random = Random::new(self.setup.seed, self.counts.rounds);
        let nemeses = self.lots.draw();
        let names: Vec<&str> = nemeses.iter().map(|nemesis| nemesis.name()).collect();
        self.happening = names.join(", ");
        self.journal.note(&json!({"round": self.counts.rounds, "nemeses": names}))?;
        nemeses.iter().try_for_each(|nemesis| nemesis.prepare(&mut self.stage, database))?;
        for nemesis in &nemeses {
            *self.counts.by_nemesis.entry(*nemesis).or_default() += 1;
        }
        let (round, signs) = (self.round(), Signs::default());
        let stage = &mut self.stage;
        let mut happened = Ok(Duration::ZERO);
        let buyers = buyers(&self.customers, &self.world);
        let each = if self.setup.mutation.crowd == Crowd::Usual { ACCOUNTS } else { 1 };
        let diaries = load::all(&round, &buyers, each, &signs, || {
            happened = meanwhile(stage, &nemeses, &mut random, &signs);
        });
        drop(buyers);
        let (ops, mut violations) = gathered(diaries);
        self.count(&ops);
        self.journal.add(&ops)?;
        self.counts.back = self.counts.back.max(happened?);
        self.stage.rest()?;
        if self.setup.mutation.killed_last {
            (0..self.stage.nodes.len()).try_for_each(|node| self.stage.kill(node))?;
            self.stage.heal()?;
            self.stage.rest()?;
        }
        let (seen, wrong) = observe_all(&self.stage.doors, &self.customers, &self.world, self.floor)?;
        violations.extend(wrong);
        self.journal.found(&violations)?;
        self.journal.seen(&self.world, &seen, false)?;
        violations.extend(check(&self.world, &ops, &seen));
        Ok(Played { ops, seen, violations })
    }

    /// Retries what was not answered and looks again; the books must add up.
    pub(crate) fn settle(&mut self, mut played: Played) -> Result<Vec<Violation>> {
        let round = self.round();
        self.counts.retried += played.ops.iter().filter(|op| op.is_unknown() && op.key.is_some()).count();
        let first = played.violations;
        let mut violations = first.clone();
        let known = &self.world;
        let asked = played.ops.clone();
        let mut wrong = retry(&round, &self.customers, known, &mut played.ops, &played.seen)?;
        self.journal.changed(&asked, &played.ops)?;
        let (seen, differing) = observe_all(&round.doors, &self.customers, known, self.floor)?;
        wrong.extend(differing);
        wrong.extend(free_seats(&round.doors, &seen));
        if let Err(said) = self.stage.desk.verify() {
            wrong.push(Violation(Kind::Books, said));
        }
        wrong.extend(self.stage.deadlocks()?);
        self.journal.found(&wrong)?;
        self.journal.seen(known, &seen, true)?;
        violations.extend(wrong);
        let again = check(known, &played.ops, &seen);
        violations.extend(again.into_iter().filter(|one| !first.contains(one)));
        self.world = World(seen);
        self.marks.push((Instant::now(), self.world.newest()));
        Ok(violations)
    }

    /// Reads every booking there ever was, then stops in good order and verifies once more.
    pub(crate) fn close(&mut self) -> Result<Vec<Violation>> {
        let (all, mut violations) = observe_all(&self.stage.doors, &self.customers, &self.world, 0)?;
        self.journal.found(&violations)?;
        self.journal.seen(&self.world, &all, true)?;
        violations.extend(check(&self.world, &[], &all));
        violations.extend(self.stage.deadlocks()?);
        self.stage.close()?;
        self.stage.desk.verify()?;
        Ok(violations)
    }

    fn round(&self) -> Round {
        let plain = self.setup.mutation.crowd == Crowd::ToBuy;
        let seats = match self.setup.database {
            Database::Postgres if !plain => house::SEATS / 3,
            Database::Sqlite | Database::Postgres => house::SEATS,
        };
        let (number, seed, doors, began) = (self.counts.rounds, self.setup.seed, self.stage.doors.clone(), self.began);
        Round { number, seed, doors, began, seats, plain }
    }

    /// Every booking that is new has a higher number. One node of several may give out numbers that are lower than those
    /// of another, but none that it has kept for long.
    fn old_numbers(&self) -> i64 {
        match self.setup.database {
            Database::Sqlite => self.world.newest(),
            Database::Postgres => {
                let old = self.marks.iter().rev().find(|(at, _)| at.elapsed() > NUMBERS_LAST);
                old.map_or(0, |(_, newest)| *newest)
            }
        }
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

/// Makes the product wrong before it is started.
fn mutate(stage: &mut Stage, mutation: Mutation) -> Result {
    if let Some(mutant) = mutation.mutant {
        stage.nodes.iter_mut().for_each(|node| node.set("MUTANT", mutant));
    }
    if mutation.keyless { stage.take_key() } else { Ok(()) }
}

/// The seeded moment, what happens then, and its end; says how long it took until something was sold again.
fn meanwhile(stage: &mut Stage, nemeses: &[Nemesis], random: &mut Random, signs: &Signs) -> Result<Duration> {
    // Counted from the first acknowledgement, so that no machine is too slow for a round to have something to lose.
    more_than(0, signs, FIRST_ANSWER_WITHIN)?;
    thread::sleep(Duration::from_micros(2_000 + random.below(250_000)));
    for nemesis in nemeses {
        nemesis.does(stage, random)?;
    }
    if nemeses.iter().all(|nemesis| *nemesis == Nemesis::None) {
        // Nothing is to be got over, and a mutant may have nothing left to sell.
        return Ok(Duration::ZERO);
    }
    let healing = stage.heal();
    let (before, healed) = (signs.acknowledged(), Instant::now());
    healing?;
    more_than(before, signs, SELLS_WITHIN)?;
    let back = healed.elapsed();
    thread::sleep(Duration::from_millis(20 + random.below(130)));
    Ok(back)
}

/// Waits until more than so much is acknowledged, or nobody is left who would ask.
fn more_than(count: usize, signs: &Signs, within: Duration) -> Result {
    poll("something is acknowledged", within, || Ok((signs.acknowledged() > count || !signs.anybody()).then_some(())))
}

/// Everybody, with what they own.
pub(crate) fn buyers<'a>(customers: &'a [Customer], world: &World) -> Vec<Buyer<'a>> {
    let mut by_user: HashMap<i64, Vec<i64>> = HashMap::new();
    for told in world.live() {
        by_user.entry(told.user).or_default().push(told.id);
    }
    customers.iter().map(|one| (one, by_user.remove(&one.id).unwrap_or_default())).collect()
}

/// What all clients bring home.
pub(crate) fn gathered(diaries: Vec<Diary>) -> (Vec<Op>, Vec<Violation>) {
    let (mut ops, mut violations) = (Vec::new(), Vec::new());
    for diary in diaries {
        ops.extend(diary.ops);
        violations.extend(diary.violations);
    }
    (ops, violations)
}
