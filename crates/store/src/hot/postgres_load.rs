//! Reads what a batch needs, in one round trip; in two where a seat is claimed whose former hold has run out.

use std::collections::BTreeSet;

use houselights_domain::{
    BookingId, OrderId, SeatNumber, ShowId, UserId, UtcMicros,
    booking::{Booking, BookingStatus},
    claim::{ClaimRow, ClaimState},
    money::Minor,
    order::{OrderState, OrderWord},
    show::SalesRules,
};
use tokio_postgres::Row;

use super::{
    Action, Command, Order, Reply,
    postgres_desk::{Answer, Claim, Known},
    postgres_session::{Answered, Session, Step},
    postgres_statements::Sql,
    postgres_trouble::{Trouble, at},
};
use crate::error::{Error, Result};

/// What a batch names.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    shows: BTreeSet<i64>,
    seats: BTreeSet<(i64, i64)>,
    orders: BTreeSet<i64>,
    bookings: BTreeSet<i64>,
    keys: BTreeSet<(i64, String, String)>,
}

impl Wanted {
    pub(super) fn of(batch: &[Command]) -> Self {
        let mut wanted = Self::default();
        for command in batch {
            match &command.action {
                Action::Claim { show, seats, .. } => {
                    wanted.shows.insert(show.0);
                    wanted.seats.extend(seats.iter().map(|(seat, _)| (show.0, i64::from(seat.0))));
                }
                Action::Confirm(order) | Action::Release(order) | Action::Expire(order) => {
                    wanted.orders.insert(order.0);
                }
                Action::Cancel(booking) => {
                    wanted.bookings.insert(booking.0);
                }
            }
            if let Some(key) = &command.key {
                wanted.keys.insert((command.actor.user.0, key.route.clone(), key.key.clone()));
            }
        }
        wanted
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let list = |set: &BTreeSet<i64>| -> Vec<i64> { set.iter().copied().collect() };
        if !self.seats.is_empty() {
            let (shows, seats): (Vec<i64>, Vec<i64>) = self.seats.iter().copied().unzip();
            steps.push(Step::new(Sql::Claims, vec![Box::new(shows), Box::new(seats)]));
        }
        if !self.orders.is_empty() || !self.bookings.is_empty() {
            steps.push(Step::new(Sql::Orders, vec![Box::new(list(&self.orders)), Box::new(list(&self.bookings))]));
        }
        if !self.keys.is_empty() {
            let callers: Vec<i64> = self.keys.iter().map(|key| key.0).collect();
            let routes: Vec<String> = self.keys.iter().map(|key| key.1.clone()).collect();
            let keys: Vec<String> = self.keys.iter().map(|key| key.2.clone()).collect();
            steps.push(Step::new(Sql::Answers, vec![Box::new(callers), Box::new(routes), Box::new(keys)]));
        }
        // Last, so that a seat that is seen as taken was taken under rules that are seen as well.
        if !self.shows.is_empty() {
            steps.push(Step::new(Sql::Rules, vec![Box::new(list(&self.shows))]));
        }
        steps
    }
}

/// Reads what is wanted, behind `first`, whose answers are not looked at. Without a time the database's is taken.
pub(super) async fn load(
    session: &Session,
    first: Vec<Step>,
    wanted: &Wanted,
    now: Option<UtcMicros>,
) -> std::result::Result<Known, Trouble> {
    let mut known = Known::default();
    let mut steps = first;
    steps.push(Step::new(Sql::Clock, Vec::new()));
    steps.push(Step::new(Sql::Turn, Vec::new()));
    steps.extend(wanted.steps());
    read(session, &steps, &mut known).await?;
    if let Some(now) = now {
        known.now = now;
    }
    let lapsed: BTreeSet<i64> = known
        .claims
        .values()
        .filter_map(|claim| match ClaimState::of(Some(claim.row), known.now) {
            ClaimState::Lapsed { former, .. } if !known.orders.contains_key(&former) => Some(former.0),
            _ => None,
        })
        .collect();
    if !lapsed.is_empty() {
        let more = Wanted { orders: lapsed, ..Wanted::default() };
        read(session, &more.steps(), &mut known).await?;
    }
    Ok(known)
}

async fn read(session: &Session, steps: &[Step], known: &mut Known) -> std::result::Result<(), Trouble> {
    let answers: Vec<Answered> = session.run_all(steps).await;
    for (step, answered) in steps.iter().zip(answers) {
        for row in &answered.map_err(at(step.sql))? {
            match step.sql {
                Sql::Clock => known.now = UtcMicros(row.try_get(0).map_err(Error::from)?),
                Sql::Turn => known.turn = Some(row.try_get(0).map_err(Error::from)?),
                Sql::Rules => known.add_rules(ShowId(number(row, 0)?), row, 1)?,
                Sql::Claims => known.add_claim(ShowId(number(row, 0)?), seat(row, 1)?, row, 2)?,
                Sql::Orders => known.add_order(row)?,
                Sql::Answers => known.add_answer(row)?,
                _ => {}
            }
        }
    }
    Ok(())
}

fn number(row: &Row, column: usize) -> Result<i64> {
    Ok(row.try_get(column)?)
}

fn small(row: &Row, column: usize) -> Result<u32> {
    let number = number(row, column)?;
    u32::try_from(number).map_err(|_| Error::Corrupt(format!("{number} is out of range")))
}

fn seat(row: &Row, column: usize) -> Result<SeatNumber> {
    small(row, column).map(SeatNumber)
}

impl Known {
    fn add_rules(&mut self, show: ShowId, row: &Row, from: usize) -> Result<()> {
        let rules = SalesRules {
            total_seats: small(row, from)?,
            starts_at: UtcMicros(number(row, from + 1)?),
            sales_open_at: UtcMicros(number(row, from + 2)?),
            sales_close_at: UtcMicros(number(row, from + 3)?),
            called_off: number(row, from + 4)? != 0,
            revision: number(row, from + 5)?,
        };
        self.rules.insert(show, rules);
        Ok(())
    }

    fn add_claim(&mut self, show: ShowId, seat: SeatNumber, row: &Row, from: usize) -> Result<()> {
        let claim = ClaimRow {
            version: number(row, from)?,
            deadline: UtcMicros(number(row, from + 1)?),
            order: OrderId(number(row, from + 2)?),
        };
        self.claims.insert((show, seat), Claim { row: claim, booking: BookingId(number(row, from + 3)?) });
        Ok(())
    }

    /// One of an order's bookings, that one's claim, the show's rules, and the order, if it has a row.
    fn add_order(&mut self, row: &Row) -> Result<()> {
        let (id, user, show) = (OrderId(number(row, 0)?), UserId(number(row, 1)?), ShowId(number(row, 2)?));
        if let Some(word) = row.try_get::<_, Option<i64>>(3)? {
            let word = OrderWord::from_number(word)
                .ok_or_else(|| Error::Corrupt(format!("order {id} has the unknown state {word}")))?;
            let order = Order {
                id,
                user,
                show,
                state: OrderState::from_stored(word, UtcMicros(number(row, 4)?)),
                seats: small(row, 5)?,
                live_seats: small(row, 6)?,
                total: Minor(number(row, 7)?),
                created_at: UtcMicros(number(row, 8)?),
                plain: false,
            };
            self.orders.insert(id, order);
        }
        let (booking, status) = (BookingId(number(row, 9)?), number(row, 11)?);
        let booking = Booking {
            id: booking,
            order: id,
            user,
            show,
            seat: seat(row, 10)?,
            status: BookingStatus::from_number(status)
                .ok_or_else(|| Error::Corrupt(format!("booking {booking} has the unknown status {status}")))?,
            price: Minor(number(row, 12)?),
            created_at: UtcMicros(number(row, 13)?),
            ended_at: row.try_get::<_, Option<i64>>(14)?.map(UtcMicros),
        };
        if row.try_get::<_, Option<i64>>(15)?.is_some() {
            self.add_claim(show, booking.seat, row, 15)?;
        }
        if row.try_get::<_, Option<i64>>(19)?.is_some() {
            self.add_rules(show, row, 19)?;
        }
        self.bookings.insert(booking.id, booking);
        Ok(())
    }

    fn add_answer(&mut self, row: &Row) -> Result<()> {
        let slot = (UserId(number(row, 0)?), row.try_get(1)?, row.try_get(2)?);
        let status = number(row, 4)?;
        let status =
            u16::try_from(status).map_err(|_| Error::Corrupt(format!("{status} is no status of an answer")))?;
        let reply = Reply { status, body: row.try_get(5)? };
        let answer = Answer { fingerprint: row.try_get(3)?, reply, at: UtcMicros(number(row, 6)?) };
        self.answers.insert(slot, answer);
        Ok(())
    }
}
