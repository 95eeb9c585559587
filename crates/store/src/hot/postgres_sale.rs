//! The short way of a batch on PostgreSQL: plain sales, decided without reading, written by one statement that is a
//! transaction of its own.
//!
//! What is decided on is what earlier batches have taught: the rules of shows, and the database's clock. Seats are taken
//! to be free, and keys of requests to be new. The statement expects all of it to be so: seats by the key of claims,
//! requests by theirs, rules by the count of the programme's changes, which it holds until it is committed, the clock by
//! comparing. Where anything is otherwise it writes nothing, and the batch goes the long way, which reads first.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use futures_util::FutureExt;
use houselights_domain::{SeatNumber, ShowId, UtcMicros, show::SalesRules};
use tokio::time::{Instant, timeout_at};
use tokio_postgres::Row;

use super::{
    Action, Applied, Command,
    postgres::{Doubt, PostgresLane, away, within},
    postgres_desk::{self as desk, Claim, Decisions, Known, Seat},
    postgres_session::{Param, Session},
    postgres_statements::Sql,
    postgres_trouble::{Trouble, at, at_once},
    postgres_write::{column, kept, new_orders},
};
use crate::{
    error::Error,
    mutant::{self, Mutant},
};

/// Shows whose rules are remembered.
const MOST_RULES: usize = 50_000;
/// After a sale that found something else than was thought, so many batches are read without coming upon a claimed seat
/// before the next is tried: in a rush for few seats reading first is cheaper than trying twice.
const WARY: u32 = 8;
/// How long a sale waits for another that is about the same seats.
const WAIT: Duration = Duration::from_millis(800);
/// By how many microseconds the database's clock may differ from what it is thought to be.
const CLOCK: i64 = 500_000;
/// In the first so many milliseconds of each so many nobody goes the short way: lanes that hold the programme's count
/// in common, one after the other without a gap, would keep whoever wants to change the programme waiting for ever.
const PAUSE: (i64, i64) = (25, 250);

/// What a lane remembers of what it has read.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// How often the programme had been changed when the rules were read, or earlier.
    turn: Option<String>,
    rules: HashMap<ShowId, SalesRules>,
    /// The database's clock, and when it showed that.
    clock: Option<(UtcMicros, Instant)>,
    wary: u32,
}

impl Memory {
    /// What has been read for a batch that went the long way; `own_clock` if its time is the database's.
    pub(super) fn learn(&mut self, known: &Known, own_clock: bool) {
        if self.turn != known.turn || self.rules.len() > MOST_RULES {
            self.rules.clear();
            self.turn.clone_from(&known.turn);
        }
        self.rules.extend(known.rules.iter().map(|(show, rules)| (*show, rules.clone())));
        if own_clock {
            self.clock = Some((known.now, Instant::now()));
        }
        self.wary = if known.claims.is_empty() { self.wary.saturating_sub(1) } else { WARY };
    }

    /// What there is to know of a batch, if it may go the short way.
    fn recall(&self, batch: &[Command], now: Option<UtcMicros>) -> Option<Known> {
        if (self.wary > 0 && !mutant::is_of_sales()) || mutant::is_elsewhere() {
            return None;
        }
        let now = match (now, self.clock) {
            (Some(now), _) => now,
            (None, Some((at, since))) => {
                let now = at.plus(i64::try_from(since.elapsed().as_micros()).ok()?);
                (now.0 / 1_000 % PAUSE.1 >= PAUSE.0).then_some(now)?
            }
            (None, None) => return None,
        };
        let mut known = Known { now, turn: Some(self.turn.clone()?), ..Known::default() };
        for command in batch {
            let Action::Claim { show, .. } = &command.action else { return None };
            known.rules.entry(*show).or_insert(self.rules.get(show)?.clone());
        }
        Some(known)
    }
}

impl PostgresLane {
    /// Carries a batch out the short way. `None`: nothing was done, and it has to go the long way.
    pub(super) async fn at_once(
        &mut self,
        batch: &[Command],
        now: Option<UtcMicros>,
        until: Instant,
    ) -> Result<Option<Applied>, Trouble> {
        let (Some(known), Some(session)) = (self.memory.recall(batch, now), &mut self.session) else {
            return Ok(None);
        };
        self.numbers.freshen();
        let need = desk::most_numbers(batch);
        if !self.numbers.suffice(need) {
            let amount = self.numbers.ask(need);
            self.numbers.refill(within(until, session.take_numbers(amount)).await?, amount);
        }
        let Some(decided) = desk::decide(&known, session.chain.clone(), &self.numbers, batch)? else {
            return Ok(None);
        };
        if decided.work.page.is_none() {
            // Whoever is to hear "no" is owed a look.
            return Ok(None);
        }
        let any_clock = now.is_some();
        let sold = timeout_at(until, sell(session, &known, &decided, any_clock)).await;
        let Decisions { applied, chain, numbers, .. } = decided;
        match sold.unwrap_or_else(|_| Err(Trouble::InDoubt(away()))) {
            Ok(clock) => {
                self.memory.clock = Some((clock, Instant::now()));
                self.db.own_entries.written(chain.lane, chain.next_seq - 1);
                session.chain = chain;
                self.numbers = numbers;
                Ok(Some(applied))
            }
            Err(Trouble::Conflict) => {
                self.memory.wary = WARY;
                Ok(None)
            }
            Err(trouble) => {
                if matches!(trouble, Trouble::InDoubt(_)) {
                    let (lane, seq, hash) = (chain.lane, chain.next_seq - 1, chain.hash);
                    self.doubt = Some(Doubt { applied, lane, seq, hash, entered: true });
                }
                Err(trouble)
            }
        }
    }
}

/// Writes and commits a batch of sales. Returns the database's clock.
async fn sell(session: &Session, known: &Known, decided: &Decisions, any_clock: bool) -> Result<UtcMicros, Trouble> {
    let sale = state(session, known, decided, any_clock);
    if mutant::active(Mutant::SellsUnheard) {
        return sale.now_or_never().unwrap_or(Ok(known.now));
    }
    match sale.await {
        Err(Trouble::Conflict) if mutant::active(Mutant::SellsTaken) => state(session, known, decided, any_clock).await,
        sold => sold,
    }
}

async fn state(session: &Session, known: &Known, decided: &Decisions, any_clock: bool) -> Result<UtcMicros, Trouble> {
    let Some(page) = &decided.work.page else { return Err(Error::Bug("a sale without an entry".into()).into()) };
    let owned = session.owned();
    let mut params: Vec<Param> = vec![
        Box::new(owned.lane),
        Box::new(owned.epoch),
        Box::new(session.chain.next_seq - 1),
        Box::new(page.seq),
        Box::new(decided.chain.hash.to_vec()),
        Box::new(known.now.0),
        Box::new(if any_clock { i64::MAX } else { CLOCK }),
        Box::new(if mutant::active(Mutant::SellsByOldRules) { count(session).await? } else { known.turn.clone() }),
        Box::new(Session::limit(WAIT)),
        Box::new(page.lines.clone()),
    ];
    let mut claims: Vec<_> = decided.work.claims.iter().collect();
    if mutant::active(Mutant::SellsTaken) {
        let there = claimed(session, &claims).await?;
        claims.retain(|row| !there.contains(row.0));
    }
    params.push(column(&claims, |row| row.0.0.0));
    params.push(column(&claims, |row| i64::from(row.0.1.0)));
    params.push(column(&claims, |row| row.1.row.deadline.0));
    params.push(column(&claims, |row| row.1.row.order.0));
    params.push(column(&claims, |row| row.1.booking.0));
    let bookings: Vec<_> = decided.work.bookings.values().collect();
    params.push(column(&bookings, |booking| booking.id.0));
    params.push(column(&bookings, |booking| booking.order.0));
    params.push(column(&bookings, |booking| booking.user.0));
    params.push(column(&bookings, |booking| booking.show.0));
    params.push(column(&bookings, |booking| i64::from(booking.seat.0)));
    params.push(column(&bookings, |booking| booking.status as i64));
    params.push(column(&bookings, |booking| booking.price.0));
    let (orders, answers) = (&decided.work.orders, &decided.work.answers);
    let sale = if orders.is_empty() && answers.is_empty() { Sql::Sell } else { Sql::SellAny };
    if sale == Sql::SellAny {
        let (orders, answers) = (orders.values().collect::<Vec<_>>(), answers.iter().collect::<Vec<_>>());
        params.extend(new_orders(&orders));
        params.extend(kept(&answers, known.now));
    }
    let params: Vec<_> = params.iter().map(|param| &**param as _).collect();
    let sold = session.run(sale, &params).await.map_err(at_once)?;
    let row = sold.first().ok_or_else(|| Error::Bug("a sale without an answer".into()))?;
    Ok(UtcMicros(row.try_get(0).map_err(Error::from)?))
}

/// For a mutant: which of these seats are claimed.
async fn claimed(session: &Session, seats: &[(&Seat, &Claim)]) -> Result<BTreeSet<Seat>, Trouble> {
    let of = [column(seats, |row| row.0.0.0), column(seats, |row| i64::from(row.0.1.0))];
    let rows = session.run(Sql::Claims, &[&*of[0] as _, &*of[1] as _]).await.map_err(at(Sql::Claims))?;
    let seat = |row: &Row| -> Result<Seat, Error> {
        let number = u32::try_from(row.try_get::<_, i64>(1)?).unwrap_or_default();
        Ok((ShowId(row.try_get(0)?), SeatNumber(number)))
    };
    Ok(rows.iter().map(seat).collect::<Result<_, _>>()?)
}

/// For a mutant: how often the programme has been changed by now.
async fn count(session: &Session) -> Result<Option<String>, Trouble> {
    let rows = session.run(Sql::Turn, &[]).await.map_err(at(Sql::Turn))?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose().map_err(Error::from)?)
}
