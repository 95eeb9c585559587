//! What is done to the nodes, to PostgreSQL and to the way between them while customers book.

use std::{thread, time::Duration};

use houselights_tests::harness::{Result, random::Random};

use crate::{
    node::Dress,
    proxy::{Cut, Mood, Side},
    stage::{Database, Stage},
};

/// See [`Nemesis::does`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Nemesis {
    None,
    Kill,
    KillAll,
    KillAtStart,
    StopDatabase,
    KillBackend,
    Pause,
    Usurp,
    CutBeforeCommit,
    CutAfterCommit,
    Delay,
    Freeze,
    HalfClose,
    Reset,
    LinkDown,
    DiskFull,
    Clock,
}

/// Lots for each database; more of what is to happen more often.
const ON_SQLITE: [Nemesis; 14] = [
    Nemesis::Kill,
    Nemesis::Kill,
    Nemesis::Kill,
    Nemesis::Kill,
    Nemesis::Kill,
    Nemesis::Kill,
    Nemesis::KillAtStart,
    Nemesis::KillAtStart,
    Nemesis::KillAtStart,
    Nemesis::Pause,
    Nemesis::DiskFull,
    Nemesis::DiskFull,
    Nemesis::Clock,
    Nemesis::None,
];
const ON_POSTGRES: [Nemesis; 17] = [
    Nemesis::Kill,
    Nemesis::KillAll,
    Nemesis::KillAtStart,
    Nemesis::StopDatabase,
    Nemesis::KillBackend,
    Nemesis::Pause,
    Nemesis::Usurp,
    Nemesis::CutBeforeCommit,
    Nemesis::CutAfterCommit,
    Nemesis::Delay,
    Nemesis::Freeze,
    Nemesis::HalfClose,
    Nemesis::Reset,
    Nemesis::LinkDown,
    Nemesis::DiskFull,
    Nemesis::Clock,
    Nemesis::None,
];

/// Writes 64 MB into PostgreSQL's log and nowhere else.
const LONG_LOG: &str =
    "SELECT count(pg_logical_emit_message(false, '', repeat('x', 1000000))) FROM generate_series(1, 64)";

/// A node takes two lanes when it starts, and there are seldom more than eight.
const MOST_STARTS: usize = 5;

impl Nemesis {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Kill => "kill",
            Self::KillAll => "kill-all",
            Self::KillAtStart => "kill-at-start",
            Self::StopDatabase => "stop-database",
            Self::KillBackend => "kill-backend",
            Self::Pause => "pause",
            Self::Usurp => "usurp",
            Self::CutBeforeCommit => "cut-before-commit",
            Self::CutAfterCommit => "cut-after-commit",
            Self::Delay => "delay",
            Self::Freeze => "freeze",
            Self::HalfClose => "half-close",
            Self::Reset => "reset",
            Self::LinkDown => "link-down",
            Self::DiskFull => "disk-full",
            Self::Clock => "clock",
        }
    }

    /// The lots for a database.
    pub(crate) const fn all(database: Database) -> &'static [Self] {
        match database {
            Database::Sqlite => &ON_SQLITE,
            Database::Postgres => &ON_POSTGRES,
        }
    }

    /// What a node must wear for this, and which one, of so many.
    fn dress(self, database: Database, nodes: usize) -> Option<(usize, Dress)> {
        match (self, database) {
            (Self::Clock, _) => Some((0, Dress::OwnClock)),
            (Self::LinkDown, _) => Some((nodes - 1, Dress::OwnNetwork)),
            (Self::DiskFull, Database::Sqlite) => Some((0, Dress::SmallDisk)),
            _ => None,
        }
    }

    /// Whether both can be done in one round.
    pub(crate) fn goes_with(self, other: Self, database: Database) -> bool {
        let nodes = 2;
        self != other
            && self.dress(database, nodes).is_none_or(|(one, _)| {
                other.dress(database, nodes).is_none_or(|(other, _)| one != other && database == Database::Postgres)
            })
    }

    /// What has to be done before anybody books.
    pub(crate) fn prepare(self, stage: &mut Stage, database: Database) -> Result {
        match self.dress(database, stage.nodes.len()) {
            Some((node, dress)) => stage.dress(node, dress),
            None => Ok(()),
        }
    }

    /// Does it, and returns when it has been done for long enough. [`Stage::heal`] ends what is left of it.
    pub(crate) fn does(self, stage: &mut Stage, random: &mut Random) -> Result {
        let one = usize::try_from(random.below(stage.nodes.len() as u64)).unwrap_or(0);
        match self {
            Self::None => pause(random, 50, 200),
            Self::Kill => {
                stage.kill(one)?;
                pause(random, 0, 150);
            }
            Self::KillAll => {
                (0..stage.nodes.len()).try_for_each(|node| stage.kill(node))?;
                pause(random, 0, 150);
            }
            Self::KillAtStart => {
                stage.kill(one)?;
                for _ in 0..=random.below(2) {
                    stage.kill_at_start(one, Duration::from_micros(random.below(60_000)))?;
                }
            }
            Self::StopDatabase => {
                stage.stop_postgres()?;
                pause(random, 0, 600);
            }
            Self::KillBackend => kill_backend(stage, random)?,
            Self::Pause => {
                stage.pause(one)?;
                // Longer than a lane's transaction may idle.
                let database = if stage.cluster.is_some() { (1_500, 2_600) } else { (200, 1_200) };
                pause(random, database.0, database.1);
            }
            Self::Usurp => usurp(stage, random, one)?,
            Self::CutBeforeCommit => cut_commits(stage, random, Side::Before),
            Self::CutAfterCommit => cut_commits(stage, random, Side::After),
            Self::Delay => {
                let delay = Duration::from_millis(10 + random.below(120));
                stage.proxies().for_each(|proxy| proxy.set(Mood::Delay(delay)));
                pause(random, 400, 1_000);
            }
            Self::Freeze => {
                let chosen: Vec<_> = stage.proxies().collect();
                let both = random.percent(50);
                let frozen = chosen.iter().enumerate().filter(|(at, _)| both || *at == one);
                frozen.for_each(|(_, proxy)| proxy.set(Mood::Freeze));
                pause(random, 300, 2_400);
            }
            Self::HalfClose => {
                again_and_again(stage, random, |random| {
                    if random.percent(50) { Cut::TowardsDatabase } else { Cut::TowardsNode }
                });
            }
            Self::Reset => {
                again_and_again(stage, random, |random| if random.percent(75) { Cut::Reset } else { Cut::Close });
            }
            Self::LinkDown => {
                stage.link(false)?;
                pause(random, 300, 2_400);
            }
            Self::DiskFull => {
                stage.fill_disk()?;
                if stage.cluster.is_some() && random.percent(50) {
                    // Its log grows until there is no room for that either, which ends it.
                    let _no_room = stage.query(LONG_LOG);
                }
                pause(random, 300, 1_200);
            }
            Self::Clock => {
                for _ in 0..2 + random.below(3) {
                    let hours = if random.percent(50) { 1 } else { -1 };
                    stage.nodes.iter().try_for_each(|node| node.set_clock(hours * 3_600))?;
                    pause(random, 80, 300);
                }
            }
        }
        Ok(())
    }
}

/// Names with commas between them.
pub(crate) fn named(names: &str, database: Database) -> Result<Vec<Nemesis>> {
    let all = Nemesis::all(database);
    let find = |name: &str| {
        let found = all.iter().copied().find(|nemesis| nemesis.name() == name);
        found.ok_or_else(|| {
            let mut known: Vec<&str> = all.iter().map(|nemesis| nemesis.name()).collect();
            known.dedup();
            format!("--nemesis {name} is none of {} on {}", known.join(", "), database.name())
        })
    };
    names.split(',').map(find).collect()
}

/// A seeded stretch of time, not a wait for anything.
fn pause(random: &mut Random, from: u64, to: u64) {
    thread::sleep(Duration::from_millis(from + random.below(to - from + 1)));
}

/// One of PostgreSQL's processes dies, and all others are started anew by the first.
fn kill_backend(stage: &mut Stage, random: &mut Random) -> Result {
    let clients = if random.percent(70) { "=" } else { "<>" };
    let found = stage.query(&format!(
        "SELECT pid FROM pg_stat_activity WHERE backend_type {clients} 'client backend' AND pid <> pg_backend_pid()
         ORDER BY backend_type, pid"
    ))?;
    let found: Vec<u32> = found.lines().filter_map(|line| line.parse().ok()).collect();
    if let Some(process) = random.pick(&found) {
        stage.kill_backend(*process);
    }
    pause(random, 50, 400);
    Ok(())
}

/// A node is stopped for what looks like years, the other one is started again and again until it has had every lane
/// there is; then the first goes on as if nothing had happened.
fn usurp(stage: &mut Stage, random: &mut Random, stopped: usize) -> Result {
    stage.pause(stopped)?;
    let other = (stopped + 1) % stage.nodes.len();
    stage.query("UPDATE lanes SET seen_at = 0")?;
    for _ in 0..MOST_STARTS {
        stage.kill(other)?;
        stage.start(other)?;
        pause(random, 50, 200);
        if stage.query("SELECT count(*) FROM lanes WHERE seen_at = 0")? == "0" {
            break;
        }
    }
    pause(random, 100, 500);
    Ok(())
}

fn cut_commits(stage: &Stage, random: &mut Random, side: Side) {
    let every = 1 + random.below(6);
    stage.proxies().for_each(|proxy| proxy.set(Mood::Commits { every, side }));
    pause(random, 300, 900);
}

fn again_and_again(stage: &Stage, random: &mut Random, mut how: impl FnMut(&mut Random) -> Cut) {
    for _ in 0..3 + random.below(4) {
        let cut = how(random);
        stage.proxies().for_each(|proxy| proxy.cut_all(cut));
        pause(random, 30, 200);
    }
}

/// Lots that are drawn one after the other, so that each comes before any comes twice.
#[derive(Debug)]
pub(crate) struct Lots {
    all: Vec<Nemesis>,
    left: Vec<Nemesis>,
    random: Random,
    database: Database,
}

impl Lots {
    pub(crate) fn new(all: &[Nemesis], database: Database, seed: u64) -> Self {
        Self { all: all.to_vec(), left: Vec::new(), random: Random::new(seed, 0x107), database }
    }

    /// What happens in the next round: one thing, sometimes two.
    pub(crate) fn draw(&mut self) -> Vec<Nemesis> {
        if self.left.is_empty() {
            self.left.clone_from(&self.all);
            for at in (1..self.left.len()).rev() {
                self.left.swap(at, usize::try_from(self.random.below(at as u64 + 1)).unwrap_or(0));
            }
        }
        let mut drawn: Vec<Nemesis> = self.left.pop().into_iter().collect();
        if self.random.percent(20)
            && let (Some(one), Some(two)) = (drawn.first().copied(), self.random.pick(&self.all).copied())
            && ![one, two].contains(&Nemesis::None)
            && one.goes_with(two, self.database)
        {
            drawn.push(two);
        }
        drawn
    }

    /// So many rounds draw everything once.
    pub(crate) fn count(&self) -> usize {
        self.all.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lot_is_drawn_before_any_is_drawn_again_and_a_seed_repeats_them() {
        for database in [Database::Sqlite, Database::Postgres] {
            let drawn = |seed| {
                let mut lots = Lots::new(Nemesis::all(database), database, seed);
                (0..2 * lots.count()).map(|_| lots.draw()).collect::<Vec<_>>()
            };
            let mut first: Vec<Nemesis> = drawn(7)[..Nemesis::all(database).len()].iter().map(|two| two[0]).collect();
            let mut all = Nemesis::all(database).to_vec();
            first.sort_unstable();
            all.sort_unstable();
            assert_eq!(first, all);
            assert_eq!(drawn(7), drawn(7));
            assert_ne!(drawn(7), drawn(8));
        }
    }

    #[test]
    fn a_name_that_is_none_is_told_with_those_that_are() {
        assert_eq!(named("kill,clock", Database::Sqlite), Ok(vec![Nemesis::Kill, Nemesis::Clock]));
        assert!(named("freeze", Database::Sqlite).unwrap_err().contains("kill-at-start, pause, disk-full"));
    }
}
