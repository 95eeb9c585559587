//! A lane on PostgreSQL: a batch is read in one round trip, decided in memory, and written and committed in another.
//! Plain sales may go a shorter way: see `postgres_sale`.
//!
//! Nothing is locked in between. Whatever is written must find what was read, or else the whole batch is read and
//! decided again: safety rests on keys and versions, never on a look taken earlier. A batch of nothing but refusals
//! ends after the reading and costs no write.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures_util::{FutureExt, future::join};
use houselights_domain::{UtcMicros, ledger::Hash};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{
    Applied, Command, TimeSource,
    postgres_desk::{self as desk, Decisions, Known},
    postgres_load::{Wanted, load},
    postgres_numbers::Numbers,
    postgres_sale::Memory,
    postgres_session::{Owned, Session, Step},
    postgres_statements::Sql,
    postgres_trouble::{Trouble, at, at_commit},
    postgres_write,
};
use crate::{
    error::{Error, Result},
    mutant::{self, Mutant},
    postgres::Postgres,
};

/// The first and the longest pause before another attempt.
const PAUSES: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(100));
/// After so many attempts that others spoilt, the shows are locked before anything is read: then nobody can.
const SPOILT: u32 = 2;

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
const BEGIN_ANEW: &str = "ROLLBACK; BEGIN ISOLATION LEVEL READ COMMITTED";

/// See [`super::Lane`].
pub struct PostgresLane {
    pub(super) db: Arc<Postgres>,
    time: TimeSource,
    pub(super) session: Option<Session>,
    pub(super) memory: Memory,
    /// The lane as it was owned last.
    before: Option<Owned>,
    pub(super) numbers: Numbers,
    /// The last batch found no database: the next one asks once and does not wait.
    away: bool,
    /// A batch whose COMMIT was sent and not answered.
    pub(super) doubt: Option<Doubt>,
    /// The last attempt failed: its transaction may still be open.
    untidy: bool,
    dice: u64,
}

impl std::fmt::Debug for PostgresLane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresLane").field("before", &self.before).field("away", &self.away).finish_non_exhaustive()
    }
}

/// What is to be found in the database if a batch was committed.
pub(super) struct Doubt {
    pub(super) applied: Applied,
    pub(super) lane: i64,
    pub(super) seq: i64,
    pub(super) hash: Hash,
    /// Without an entry in the ledger a batch has only kept answers: whether it did comes out when it is run again.
    pub(super) entered: bool,
}

/// What a batch's earlier attempts have taught.
struct Attempts {
    until: Instant,
    spoilt: u32,
    pauses: u32,
    /// Shows that the batch is about.
    shows: BTreeSet<i64>,
}

type Tried<T> = std::result::Result<T, Trouble>;

impl PostgresLane {
    pub(super) async fn open(db: Arc<Postgres>, time: TimeSource) -> Result<Self> {
        let mut lane = Self {
            db,
            time,
            session: None,
            memory: Memory::default(),
            before: None,
            numbers: Numbers::default(),
            away: false,
            doubt: None,
            untidy: false,
            dice: 0,
        };
        let until = Instant::now() + lane.patience();
        match lane.connect(until).await {
            Err(Trouble::Fatal(error)) => Err(error),
            // Where it is away just now, the first batch will ask again.
            Ok(()) | Err(_) => Ok(lane),
        }
    }

    /// For how long a batch is tried again: a little longer than one statement of it may take. With half as much again,
    /// in which the fate of a COMMIT is inquired, an answer is on its way well within two seconds.
    fn patience(&self) -> Duration {
        let limit = self.db.options.limit;
        limit + limit / 10
    }

    /// Whether the last batch found no database, or none that answered.
    pub const fn is_away(&self) -> bool {
        self.away
    }

    /// Carries a batch out in one transaction, however often that takes. Returns after the commit.
    pub async fn apply(&mut self, batch: &[Command], now: UtcMicros) -> Applied {
        match self.whole(batch, now).await {
            Ok(applied) => applied,
            Err(error @ (Error::Unavailable(_) | Error::Unknown(_))) => {
                Applied { decisions: batch.iter().map(|_| Err(error.again())).collect(), changes: Vec::new() }
            }
            // One command that the database chokes on must not take the others with it.
            Err(_) if batch.len() > 1 => self.one_by_one(batch, now).await,
            Err(error) => Applied { decisions: vec![Err(error)], changes: Vec::new() },
        }
    }

    async fn one_by_one(&mut self, batch: &[Command], now: UtcMicros) -> Applied {
        let mut all = Applied::default();
        for command in batch {
            match self.whole(std::slice::from_ref(command), now).await {
                Ok(one) => {
                    all.decisions.extend(one.decisions);
                    all.changes.extend(one.changes);
                }
                Err(error) => all.decisions.push(Err(error)),
            }
            if self.away {
                break;
            }
        }
        // Whoever is left was not tried.
        all.decisions.resize_with(batch.len(), || Err(away()));
        all
    }

    async fn whole(&mut self, batch: &[Command], now: UtcMicros) -> Result<Applied> {
        let now = match self.time {
            TimeSource::Database => None,
            TimeSource::Caller => Some(now),
        };
        // Those who have waited behind a batch that found no database are not kept as long again.
        let patience = if self.away { self.patience() / 4 } else { self.patience() };
        let until = Instant::now() + patience;
        let mut attempts = Attempts { until, spoilt: 0, pauses: 0, shows: BTreeSet::new() };
        loop {
            let attempted = self.attempt(batch, now, &mut attempts).await;
            self.untidy = attempted.is_err();
            let trouble = match attempted {
                Ok(applied) => {
                    self.away = false;
                    return Ok(applied);
                }
                Err(trouble) => trouble,
            };
            let pause = match trouble {
                Trouble::Fatal(error) => return Err(error),
                Trouble::Conflict => {
                    attempts.spoilt += 1;
                    None
                }
                Trouble::Fenced => {
                    self.drop_session();
                    None
                }
                Trouble::Again(error) => Some(error),
                Trouble::Lost(error) => {
                    self.drop_session();
                    if std::mem::replace(&mut self.away, false) {
                        self.away = true;
                        return Err(error.into_unavailable());
                    }
                    Some(error)
                }
                Trouble::InDoubt(error) => match self.inquire(error, until + patience / 2).await? {
                    Some(applied) => return Ok(applied),
                    None => None,
                },
            };
            self.pause(&mut attempts, pause).await?;
        }
    }

    /// Waits before another attempt, a little longer each time and never as long as others do.
    async fn pause(&mut self, attempts: &mut Attempts, why: Option<Error>) -> Result<()> {
        let now = Instant::now();
        if why.is_some() {
            let longest = PAUSES.0.saturating_mul(1 << attempts.pauses.min(10)).min(PAUSES.1);
            attempts.pauses += 1;
            self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let share = u32::try_from(self.dice >> 48).unwrap_or(0);
            let pause = longest / 2 + longest.saturating_mul(share) / (2 << 16);
            sleep_until((now + pause).min(attempts.until)).await;
        }
        if Instant::now() < attempts.until {
            return Ok(());
        }
        self.away = self.session.is_none();
        Err(match why {
            Some(error) => error.into_unavailable(),
            None => Error::Unavailable("others were quicker each time this batch was tried".into()),
        })
    }

    async fn attempt(&mut self, batch: &[Command], now: Option<UtcMicros>, attempts: &mut Attempts) -> Tried<Applied> {
        self.connect(attempts.until).await?;
        if attempts.spoilt == 0
            && !self.untidy
            && let Some(applied) = self.at_once(batch, now, attempts.until).await?
        {
            return Ok(applied);
        }
        let Some(session) = &mut self.session else { return Err(Trouble::Lost(away())) };
        self.numbers.freshen();
        let alone = attempts.spoilt >= SPOILT;
        if alone && !self.numbers.suffice(desk::most_numbers(batch)) {
            // A transaction that holds the shows is not interrupted for numbers.
            within(attempts.until, refill(session, &mut self.numbers, batch)).await?;
        }
        let (first, wanted) = (first_steps(attempts, alone), Wanted::of(batch));
        let word = if self.untidy { BEGIN_ANEW } else { BEGIN };
        let reading = join(session.word(word), load(session, first, &wanted, now));
        let known = within(attempts.until, async {
            let (answer, known) = reading.await;
            answer.map_err(at(Sql::Settle))?;
            known
        });
        let known = known.await?;
        self.memory.learn(&known, now.is_none());
        attempts.shows.extend(known.rules.keys().map(|show| show.0));
        let mut begun = true;
        let decided = loop {
            if let Some(decided) = desk::decide(&known, session.chain.clone(), &self.numbers, batch)? {
                break decided;
            }
            begun = false;
            within(attempts.until, refill(session, &mut self.numbers, batch)).await?;
        };
        if decided.work.is_empty() {
            // Sent, not waited for.
            let _later = session.word("ROLLBACK").now_or_never();
            return Ok(decided.applied);
        }
        let written = write(session, &known, &decided, (begun, attempts.until)).await;
        let Decisions { applied, work, chain, numbers } = decided;
        match written {
            Ok(()) => {
                self.db.own_entries.written(chain.lane, chain.next_seq - 1);
                session.chain = chain;
                self.numbers = numbers;
                Ok(applied)
            }
            Err(trouble) => {
                if matches!(trouble, Trouble::InDoubt(_)) {
                    let (lane, seq, hash) = (chain.lane, chain.next_seq - 1, chain.hash);
                    self.doubt = Some(Doubt { applied, lane, seq, hash, entered: work.page.is_some() });
                }
                Err(trouble)
            }
        }
    }

    async fn connect(&mut self, until: Instant) -> Tried<()> {
        if self.session.as_ref().is_some_and(|session| !session.is_closed()) {
            return Ok(());
        }
        self.drop_session();
        let opening = async {
            let client = self.db.connect().await.map_err(Trouble::Lost)?;
            Session::open(client, self.db.options.prepare, self.before).await
        };
        let session = within(until, opening).await?;
        let owned = session.owned();
        self.dice ^= u64::from_ne_bytes(owned.lane.to_ne_bytes()).rotate_left(32)
            ^ u64::from_ne_bytes(owned.epoch.to_ne_bytes());
        self.before = Some(owned);
        self.db.own_entries.taken(owned.lane, session.chain.next_seq - 1);
        self.session = Some(session);
        self.untidy = false;
        Ok(())
    }

    fn drop_session(&mut self) {
        self.session = None;
        // The next one may lead to a database that knows less.
        self.memory = Memory::default();
        // Whoever handed them out may not remember it.
        self.numbers = Numbers::default();
    }

    /// Finds out whether a batch was committed whose answer was lost. Taking the lane again waits for the old
    /// transaction's end, or makes sure that it can never commit.
    async fn inquire(&mut self, why: Error, until: Instant) -> Result<Option<Applied>> {
        let Some(doubt) = self.doubt.take() else { return Err(Error::Bug(format!("nothing was in doubt: {why}"))) };
        self.drop_session();
        if !doubt.entered {
            return Ok(None);
        }
        if mutant::active(Mutant::DoubtsCommits) {
            return Err(why.into_unavailable());
        }
        loop {
            match self.connect(until).await {
                Ok(()) => match within(until, self.was_committed(&doubt)).await {
                    Ok(committed) => return Ok(committed.then_some(doubt.applied)),
                    Err(_) => self.drop_session(),
                },
                Err(Trouble::Fatal(error)) => tracing::warn!(%error, "asking for the fate of a batch"),
                Err(_) => {}
            }
            sleep_until((Instant::now() + PAUSES.1 / 4).min(until)).await;
            if Instant::now() >= until {
                self.away = true;
                return Err(Error::Unknown(why.to_string()));
            }
        }
    }

    async fn was_committed(&self, doubt: &Doubt) -> Tried<bool> {
        let Some(session) = &self.session else { return Err(Trouble::Lost(away())) };
        if session.chain.lane == doubt.lane {
            return Ok(session.chain.next_seq == doubt.seq + 1 && session.chain.hash == doubt.hash);
        }
        Ok(session.link(doubt.lane, doubt.seq).await?.is_some_and(|hash| hash == doubt.hash))
    }
}

pub(super) fn away() -> Error {
    Error::Unavailable("no answer in time".into())
}

/// Bounds what waits on the network while nothing has been committed.
pub(super) async fn within<T>(until: Instant, work: impl Future<Output = Tried<T>>) -> Tried<T> {
    timeout_at(until, work).await.unwrap_or_else(|_| Err(Trouble::Lost(away())))
}

fn settle(until: Instant) -> Step {
    let left = until.saturating_duration_since(Instant::now());
    Step::new(Sql::Settle, vec![Box::new(Session::limit(left))])
}

/// What stands at the beginning of a transaction.
fn first_steps(attempts: &Attempts, alone: bool) -> Vec<Step> {
    let mut steps = vec![settle(attempts.until)];
    if alone {
        let shows: Vec<i64> = attempts.shows.iter().copied().collect();
        steps.push(Step::new(Sql::Alone, vec![Box::new(shows)]));
    }
    steps
}

/// Ends the transaction, if there is one, and takes numbers.
async fn refill(session: &Session, numbers: &mut Numbers, batch: &[Command]) -> Tried<()> {
    let amount = numbers.ask(desk::most_numbers(batch));
    let (ended, taken) = join(session.word("ROLLBACK"), session.take_numbers(amount)).await;
    ended.map_err(at(Sql::Settle))?;
    numbers.refill(taken?, amount);
    Ok(())
}

/// Writes a batch and commits it.
async fn write(session: &Session, known: &Known, decided: &Decisions, (begun, until): (bool, Instant)) -> Tried<()> {
    let mut steps = postgres_write::steps(known, decided, (session.owned(), session.chain.next_seq - 1));
    if !begun {
        steps.insert(0, settle(until));
    }
    let first = async { if begun { Ok(()) } else { session.word(BEGIN).await } };
    let commit = if mutant::active(Mutant::AnswersFirst) { "SELECT 1" } else { "COMMIT" };
    let sent = async {
        if mutant::active(Mutant::LocksUnsorted) {
            return (session.run_each(&steps).await, session.word(commit).await);
        }
        join(session.run_all(&steps), session.word(commit)).await
    };
    let all = join(first, sent);
    let Ok((answer, (answers, committed))) = timeout_at(until, all).await else { return Err(Trouble::InDoubt(away())) };
    answer.map_err(doubtful(Sql::Settle))?;
    for (step, answered) in steps.iter().zip(answers) {
        answered.map_err(doubtful(step.sql))?;
    }
    committed.map_err(at_commit)
}

/// The COMMIT is on its way: only an answer of the database says that it comes to nothing.
fn doubtful(sql: Sql) -> impl Fn(tokio_postgres::Error) -> Trouble {
    move |error| if error.code().is_some() { at(sql)(error) } else { Trouble::InDoubt(error.into()) }
}
