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
    history::{Action, Op, Outcome},
    journal::{Journal, history},
    load::{self, ACCOUNTS, Buyer, Diary, Manners, Round, Show, Signs},
    mutants::{Crowd, Hall, Mutation},
    nemesis::{Lots, Nemesis},
    observe::{Known, free_seats, observe_all, retry},
    staff::{self, Staff},
    stage::{Database, Stage},
};

/// Clients at once.
const CLIENTS: usize = 12;
/// A server that has acknowledged nothing by then proves nothing.
const FIRST_ANSWER_WITHIN: Duration = Duration::from_mins(1);
/// Everything being healed, it sells again by then.
const SELLS_WITHIN: Duration = Duration::from_mins(1);
/// One round of so many is about shows in the large hall that are new, so that PostgreSQL is told of sales in one
/// statement: a lane that has come upon a claimed seat does not try that for a while.
const LARGE_HALL_EVERY: u64 = 4;
const LARGE_SHOWS: u64 = 8;
/// What happens there happens when so many batches have gone that way and so much has been changed, or after so long.
const SALES_FIRST: u64 = 20;
const CHANGES_FIRST: usize = 8;
const NOTHING_FIRST: Duration = Duration::from_secs(4);
/// How long staff pause between two changes, in milliseconds; in the large hall longer, for while a change is being made
/// nothing is sold in one statement, and after it lanes first have to hear of it.
const PAUSE: (u64, u64) = (5, 60);
const LONG_PAUSE: (u64, u64) = (200, 800);
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

/// What is counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) rounds: u64,
    /// Of them, those in the large hall.
    pub(crate) large: u64,
    pub(crate) by_nemesis: BTreeMap<Nemesis, u64>,
    pub(crate) acknowledged: usize,
    pub(crate) refused: usize,
    pub(crate) unknown: usize,
    pub(crate) retried: usize,
    /// What staff have changed, and what of it was not answered.
    pub(crate) changed: usize,
    pub(crate) changes_unknown: usize,
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
    /// The shows of the round.
    pub(crate) shows: Vec<Show>,
    /// Staff's token.
    token: String,
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
        let (happening, shows, marks, floor) = (String::new(), Vec::new(), Vec::new(), 0);
        let token = house::staff_at(stage.doors.at(0))?;
        Ok(Self { stage, customers, world, counts, journal, lots, happening, shows, token, setup, began, marks, floor })
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
        nemeses.iter().try_for_each(|nemesis| nemesis.prepare(&mut self.stage, database))?;
        self.shows = self.choose_shows()?;
        let shows: Vec<i64> = self.shows.iter().map(|show| show.id).collect();
        self.journal.note(&json!({"round": self.counts.rounds, "nemeses": names, "shows": shows}))?;
        for nemesis in &nemeses {
            *self.counts.by_nemesis.entry(*nemesis).or_default() += 1;
        }
        let (round, signs) = (self.round(), Signs::default());
        let large = round.is_large();
        let opened = staff::opens(&round)?;
        let stage = &mut self.stage;
        let mut happened = Ok(Duration::ZERO);
        let buyers = buyers(&self.customers, &self.world, &round.shows);
        let each = self.setup.mutation.crowd.each();
        let diaries = load::all(&round, &buyers, each, &signs, || {
            if large {
                busy(stage, &signs);
            }
            happened = meanwhile(stage, &nemeses, &mut random, &signs);
        });
        drop(buyers);
        let (asked, mut violations) = gathered(diaries);
        let ops = [opened, asked].concat();
        self.count(&ops);
        self.journal.add(&ops)?;
        self.counts.back = self.counts.back.max(happened?);
        self.stage.rest()?;
        if self.setup.mutation.killed_last {
            (0..self.stage.nodes.len()).try_for_each(|node| self.stage.kill(node))?;
            self.stage.heal()?;
            self.stage.rest()?;
        }
        let (seen, wrong) = observe_all(&self.stage.doors, &self.customers, self.known(self.floor))?;
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
        let (seen, differing) = observe_all(&round.doors, &self.customers, self.known(self.floor))?;
        wrong.extend(differing);
        wrong.extend(free_seats(&round.doors, &round.shows, &seen));
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
        let (all, mut violations) = observe_all(&self.stage.doors, &self.customers, self.known(0))?;
        self.journal.found(&violations)?;
        self.journal.seen(&self.world, &all, true)?;
        violations.extend(check(&self.world, &[], &all));
        violations.extend(self.stage.deadlocks()?);
        self.stage.close()?;
        self.stage.desk.verify()?;
        Ok(violations)
    }

    fn known(&self, up_to: i64) -> Known<'_> {
        Known { world: &self.world, up_to, shows: &self.shows }
    }

    /// The few shows that everybody is after again and again, or new ones.
    fn choose_shows(&mut self) -> Result<Vec<Show>> {
        let number = self.counts.rounds;
        let large = match (self.setup.database, self.setup.mutation.hall) {
            (Database::Sqlite, _) | (_, Hall::Small) => false,
            (_, Hall::Large) => true,
            (_, Hall::ByTurns) => self.setup.seed.wrapping_add(number).is_multiple_of(LARGE_HALL_EVERY),
        };
        if !large {
            return Ok(load::first_shows());
        }
        self.counts.large += 1;
        staff::adds(&self.stage.doors, &self.token, number, LARGE_SHOWS)
    }

    fn round(&self) -> Round {
        let mutation = self.setup.mutation;
        let hall = self.shows.first().map_or(0, |show| show.seats);
        let (plain, large) = (matches!(mutation.crowd, Crowd::ToBuy | Crowd::FewToBuy), hall > house::SEATS);
        let few = self.setup.database == Database::Postgres && !plain && !large;
        let manners = match (plain, large) {
            (true, _) => Manners::PLAIN,
            (false, true) => Manners::BUYING,
            (false, false) => Manners::USUAL,
        };
        let pause = if large { LONG_PAUSE } else { PAUSE };
        // Mutants of the small hall need a crowd that nobody turns away.
        let staff = (mutation.hall != Hall::Small).then(|| Staff { token: self.token.clone(), pause });
        Round {
            number: self.counts.rounds,
            seed: self.setup.seed,
            doors: self.stage.doors.clone(),
            began: self.began,
            shows: self.shows.clone(),
            seats: if few { hall / 3 } else { hall },
            manners,
            staff,
        }
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
            if matches!(op.action, Action::Change { .. }) {
                self.counts.changed += usize::from(matches!(op.outcome, Outcome::Ok(_)));
                self.counts.changes_unknown += usize::from(op.is_unknown());
                continue;
            }
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

/// Waits until sales go the way for which there is the large hall; where they do not for so long, that is no fault.
fn busy(stage: &Stage, signs: &Signs) {
    let first = stage.sales().made + SALES_FIRST;
    let enough = || stage.sales().made >= first && signs.changed() >= CHANGES_FIRST;
    let _seldom = poll("sales in one statement", NOTHING_FIRST, || Ok((enough() || !signs.anybody()).then_some(())));
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

/// Everybody, with what they own of these shows.
pub(crate) fn buyers<'a>(customers: &'a [Customer], world: &World, shows: &[Show]) -> Vec<Buyer<'a>> {
    let mut by_user: HashMap<i64, Vec<i64>> = HashMap::new();
    for told in world.live().filter(|told| shows.iter().any(|show| show.id == told.show)) {
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
